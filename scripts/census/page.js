/** docs/census.md from the results of the models. */

const parts = ["inspect", "forward", "gradient", "middle", "output"];

const passes = (row) => parts.every((part) => row[part]?.ok);

const cell = (text) =>
  String(text ?? "")
    .replaceAll("|", "\\|")
    .replaceAll("\n", " ")
    .slice(0, 160);

const short = (x) => (x === undefined ? "" : x === 0 ? "0" : x.toExponential(0));

function line(row) {
  const { source, title, exporter, nodes, layers, forward, gradient, middle, output, megabytes } = row;
  const ascent = (one) =>
    one?.refused
      ? "gradient 0: refused"
      : one?.ok
        ? `${Number(one.from).toPrecision(3)} → ${Number(one.to).toPrecision(3)}`
        : "no";
  const seconds = parts.reduce((sum, part) => sum + (row[part]?.seconds ?? 0), 0);
  const why = passes(row)
    ? ""
    : parts
        .flatMap((part) => (row[part]?.ok === false ? [`${part}: ${row[part].reason ?? "no input of floats"}`] : []))
        .join("; ");
  const slope = gradient?.ok ? `${short(gradient.off)} (${gradient.by})` : "no";
  return `| ${passes(row) ? "yes" : "no"} | ${cell(title)} | ${source}, ${exporter} | ${nodes ?? ""} | ${layers ?? ""} | ${forward?.ok ? short(forward.off) : "no"} | ${slope} | ${ascent(middle)} | ${ascent(output)} | ${seconds.toFixed(0)} s, ${megabytes ?? "?"} MB | ${cell(why)} |`;
}

export function censusPage(rows) {
  const made = rows.filter(({ unmade }) => !unmade);
  const good = made.filter(passes);
  const architectures = new Set(made.map(({ source, name }) => `${source} ${name}`));
  const unmade = rows
    .filter((row) => row.unmade)
    .map(({ source, name, unmade: why }) => `| ${name} | ${source} | ${cell(why)} |`);
  return `# The census

<!-- Written by \`npm run census\`. -->

${good.length} of ${made.length} models pass everything; ${architectures.size} architectures. Each is opened by \`inspect\`; its output is compared with ONNX Runtime's run of the file; its gradient with PyTorch's in float64 on the same weights, or with central differences in float64 along the gradient and two random directions; and a unit of its middle layer and one of its output are climbed for 16 steps (of three units, and a few layers around, the first that rises: some units are dead).

Networks of torchvision and timm have seeded random weights; scikit-learn's are fitted on random data; the others are as their packages ship them. Errors are relative to the largest value. Where the output is off by more than 1e-4, ONNX Runtime's own is as far from the same network in float64. Networks that round their values to 256 levels may differ by one of them from ONNX Runtime, and only wide differences judge their gradients. What follows a detector's network, and decides which boxes are kept, has no gradient: the last layer before it stands for the output. Times are of a shared machine: upper bounds.

| passes | model | from | nodes | layers with a gradient | forward | gradient | middle unit | output unit | cost | why not |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${made.map(line).join("\n")}
${unmade.length > 0 ? `\n## Not made\n\nNo fault of xstar: what exports them fails.\n\n| model | from | reason |\n| --- | --- | --- |\n${unmade.join("\n")}\n` : ""}`;
}
