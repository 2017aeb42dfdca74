/**
 * Draws random graphs of 3 to 12 operators and compares outputs with ONNX Runtime's and gradients with central differences:
 * npm run random-graphs -- [COUNT] [SEED] [INDEX], where INDEX looks at one graph again and writes it as graph.onnx.
 */
import { writeFileSync } from "node:fs";
import { nodeRuntime, print, writeModel } from "xstar";
import { checkGraph } from "../packages/core/dist/law/random/check.js";
import { drawGraph } from "../packages/core/dist/law/random/graph.js";

const [count, seed, only] = [process.argv[2] ?? 1000, process.argv[3] ?? 1, process.argv[4] ?? -1].map(Number);
const runtime = nodeRuntime({ threads: 1 });
const totals = { graphs: 0, differ: 0, refused: 0, compared: 0, kinks: 0 };
const types = new Map();
const startedAt = performance.now();
for (let index = only < 0 ? 0 : only; index < (only < 0 ? count : only + 1); index++) {
  const random = await drawGraph(seed * 1_000_000 + index, runtime);
  if (only >= 0) {
    console.log(print(random.graph));
    writeFileSync("graph.onnx", writeModel(random.graph, { opsets: new Map([["", random.opset]]) }));
  }
  let verdict;
  try {
    verdict = await checkGraph(random, runtime, { seed: index, precisions: ["float32", "float64"], elements: 6 });
  } catch (error) {
    verdict = {
      problems: [String((error instanceof Error && error.stack) || error)],
      refusals: [],
      compared: 0,
      kinks: 0,
    };
  }
  for (const { opType } of random.graph.nodes) types.set(opType, (types.get(opType) ?? 0) + 1);
  totals.graphs++;
  totals.compared += verdict.compared;
  totals.kinks += verdict.kinks;
  if (verdict.problems.length > 0) totals.differ++;
  else if (verdict.refusals.length > 0) totals.refused++;
  const operators = random.graph.nodes.map(({ opType }) => opType).join(" ");
  if (verdict.problems.length > 0) console.log(`DIFFERS ${index} (opset ${random.opset}: ${operators})`);
  for (const problem of verdict.problems) console.log(`  ${problem}`);
  if (only >= 0) for (const refusal of verdict.refusals) console.log(`  refused: ${refusal}`);
}
const seconds = Math.round((performance.now() - startedAt) / 1000);
console.log(
  [...types]
    .sort((a, b) => a[1] - b[1])
    .map(([type, n]) => `${type} ${n}`)
    .join(", "),
);
console.log(
  `${totals.compared} derivatives agree, ${totals.kinks} are at kinks; ${totals.refused} graphs are refused in part; ${seconds} s`,
);
console.log(`${totals.graphs - totals.differ} passed, ${totals.differ} failed`);
process.exitCode = totals.differ > 0 ? 1 : 0;
