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
  const { xstar, plain, optimized } = forward?.rounding ?? {};
  const rounding =
    forward?.rounding && ` (from float64 ${short(xstar)}; ONNX Runtime's ${short(plain)}, ${short(optimized)})`;
  const slope = gradient?.ok ? `${short(gradient.off)} (${gradient.by})` : "no";
  return `| ${passes(row) ? "yes" : "no"} | ${cell(title)} | ${source}, ${exporter} | ${nodes ?? ""} | ${layers ?? ""} | ${forward?.ok ? short(forward.off) + (rounding ?? "") : "no"} | ${slope} | ${ascent(middle)} | ${ascent(output)} | ${seconds.toFixed(0)} s, ${megabytes ?? "?"} MB | ${cell(why)} |`;
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

${good.length} of ${made.length} models pass everything; ${architectures.size} architectures. Each is opened by \`inspect\`; its output is compared with ONNX Runtime's run of the file; its gradient with PyTorch's in float64 on the same weights, or with central differences in float64 along the gradient and two random directions; and a unit of its middle layer and one of its output are climbed for 16 steps (of three units, and a few layers around, the first that rises: some units are dead). A climb is told by its start and its best step, both seen through the random views of the usual settings.

Networks of torchvision and timm have seeded random weights; scikit-learn's are fitted on random data; the others are as their packages ship them. The zoo's (light) have seeded weights, too, with the running statistics of a picture of noise and scores of about 1, and a head of zeros (sequencer2d_s) is drawn: that was added after they had been measured without, when the outputs of two were flat, one had no gradient, one did not rise, and one of denormal numbers did not end. Errors are relative to the largest value. An output that is within 1e-4 of ONNX Runtime's run without optimizations is right. Of any other it is told how far it is from the same network in float64, which the evaluator of the onnx package computes, and how far ONNX Runtime's own runs are, without optimizations and with them: it is right where it is within 1e-4, too, or no farther than the farther of those two. Where a network itself sorts boxes by their scores (yolov10n), of which some are equal but for rounding, its boxes are compared as sets: each with the nearest of the other set, each number relative to the largest of its kind. Networks that round their values to 256 levels may differ by one of them from ONNX Runtime, and only wide differences judge their gradients. Of torchvision's detectors the last layer before boxes are chosen stands for the output: boxes and scores behind it have gradients, too (docs/targets.md), but of random weights the order of boxes hangs on rounding, and neither differences nor two runs agree on it. The clause about distances from float64 was added after yolov8n-obb had been measured, which passes by it; yolov10n is fed numbers of its own between 0 and 1, because of normal ones all its scores are 1. Times are of a shared machine: upper bounds.

| passes | model | from | nodes | layers with a gradient | forward | gradient | middle unit | output unit | cost | why not |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${made.map(line).join("\n")}
${unmade.length > 0 ? `\n## Not made\n\nNo fault of xstar: what exports them fails.\n\n| model | from | reason |\n| --- | --- | --- |\n${unmade.join("\n")}\n` : ""}`;
}
