import { table } from "./markdown.js";

const fixed = (x, digits = 1) => x.toFixed(digits);
const inShort = ({ least, median, most }) => `x ${fixed(median, 2)} (${fixed(least, 2)} to ${fixed(most, 2)})`;

/** @param {{ layer: string, units: string, rows: { load: number }[], summaries: any[] } | undefined} results */
export function manySection(results) {
  if (!results) return undefined;
  const { layer, units, summaries } = results;
  const rows = summaries.map(({ name, steps, activation, perMinute, asQuick, byProcessor }) => [
    name === "before" ? "942de58" : "now",
    steps,
    fixed(activation, 0),
    fixed(perMinute.median),
    inShort(asQuick),
    inShort(byProcessor),
  ]);
  return `## Many targets

\`xstar maximize squeezenet-v1.1.onnx '${layer}:${units}' --steps N\`, by \`npm run bench:many\`, whole commands in turn.

${table(["version", "steps", "mean activation", "pictures a minute", "as quick", "by processor time"], rows)}`;
}
