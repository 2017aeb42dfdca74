/** docs/real-models.md from what came of the targets. */

export const steps = 16;

const shown = (x) => String(Number(x.toPrecision(3)));
const cell = (text) => String(text).replaceAll("|", "\\|").replaceAll("\n", " ");
const quoted = (word) => (/^[\w./:=,@*+-]+$/.test(word) ? word : `'${word}'`);

function line({ title, holds, layers, target, means, start, end, warnings = [], redirected, refused, seconds }) {
  const climb = refused ? "refused" : `${shown(start)} → ${shown(end)}`;
  const said = [
    ...(redirected ? [`${redirected} ${redirected === 1 ? "step" : "steps"} by redirected gradients`] : []),
    ...warnings,
    ...(refused ? [refused] : []),
  ];
  return `| ${title} | ${holds} | ${layers} | \`${cell(target)}\` | ${means} | ${climb} | ${seconds?.toFixed(0) ?? ""} | ${cell(said.join("; "))} |`;
}

export function aimsPage(rows) {
  const risen = rows.filter(({ start, end }) => end > start).length;
  const models = new Set(rows.map(({ title }) => title));
  // of each model the first target that is not the one in the middle
  const commands = [...models].map((title) => {
    const [middle, ...others] = rows.filter((row) => row.title === title);
    const said = others.find(({ target }) => !target.startsWith(middle.target));
    return `xstar maximize ${said.words.map(quoted).join(" ")}`;
  });
  return `# Targets of real models

<!-- Written by \`npm run census:aims\`. -->

What a user types for models as packages ship them, detectors with all that follows them, and large classifiers: a unit in the middle, and what the model says, by its meaning. ${risen} of ${rows.length} targets of ${models.size} models rise in ${steps} steps of the usual settings; beside the others stands what xstar says, and the row behind them does it. Numbers are seen through the random views of the usual settings; seconds are of a shared machine. Networks of torchvision, timm and Ultralytics have seeded random weights, so that their classes mean nothing; the others are trained.

| model | takes | layers with a gradient | target | which is | start → end | seconds | what xstar says |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.map(line).join("\n")}

## Commands

The output of each model, with the sizes that its file leaves free and the inputs that are held:

\`\`\`sh
${commands.join("\n")}
\`\`\`
`;
}
