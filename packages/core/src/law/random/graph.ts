import { Graph, type Value } from "../../ir/graph.js";
import { writeModel } from "../../onnx/write.js";
import { createRng, type Rng } from "../../rng.js";
import type { Runtime } from "../../runtime/runtime.js";
import { numbers, size, tensor, type Shape, type Tensor } from "../../tensor.js";
import { arrangements } from "./arrangements.js";
import { Draw, type Held, type Maker } from "./draw.js";
import { elementwise } from "./elementwise.js";
import { layers } from "./layers.js";
import { pictures } from "./pictures.js";
import { standardOperators } from "../standard-operators.js";

export const makers: Readonly<Record<string, Maker>> = { ...elementwise, ...arrangements, ...layers, ...pictures };

/** A graph of a few operators, and the point at which it is looked at. */
export interface RandomGraph {
  readonly graph: Graph;
  readonly opset: number;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

const opsets = [7, 24] as const;
const largestValue = 30;
const smallestValue = 1e-4;
const largestSize = 400;

/** The graph of a seed: always the same. Nodes that ONNX Runtime does not run at these numbers are drawn again. */
export async function drawGraph(seed: number, runtime: Runtime): Promise<RandomGraph> {
  const rng = createRng(seed).split("random graph");
  const opset = opsets[0] + rng.int(opsets[1] - opsets[0] + 1);
  const wanted = 3 + rng.int(10);
  const graph = new Graph("random");
  const x = drawInput(rng);
  const there: Held[] = [{ value: graph.input("x", { dtype: "float32", shape: x.shape }), tensor: x }];
  const offered = Object.keys(makers).filter((type) => (standardOperators[type]?.[0] ?? 99) <= opset);
  for (let attempt = 0; graph.nodes.length < wanted && attempt < 60; attempt++) {
    const draw = new Draw(rng.split(attempt), opset, there, graph);
    const made = makers[draw.pick(offered)]!(draw);
    if (!made) continue;
    const results = Array.isArray(made) ? (made as readonly Value[]) : [made as Value];
    const held = await runNodes(draw, results, opset, runtime, there);
    if (!held) {
      // an input that no node reads is none
      for (const { value } of draw.inputs) graph.inputs.splice(graph.inputs.indexOf(value), 1);
      continue;
    }
    for (const node of draw.nodes) graph.append(node);
    there.push(...draw.inputs, ...held);
  }
  // the file says no more of its values than it has to
  for (const node of graph.nodes) for (const output of node.outputs) if (output) output.type = undefined;
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  const ends = there.filter(({ value }) => value.node && !read.has(value));
  for (const { value } of ends.slice(-2)) graph.output(value);
  const fed = there.filter(({ value }) => graph.inputs.includes(value));
  return { graph, opset, feeds: Object.fromEntries(fed.map(({ value, tensor: held }) => [value.name, held])) };
}

function drawInput(rng: Rng): Tensor {
  const rank = [4, 4, 4, 3, 3, 2, 2, 1, 5, 0][rng.int(10)]!;
  const most = [0, 8, 5, 4, 5, 3][rank]!;
  const shape = Array.from({ length: rank }, () => 1 + rng.int(most));
  return tensor("float32", rng.normals(size(shape)), shape);
}

/** What the drawn nodes give; undefined where ONNX Runtime does not run them, or the numbers are no use. */
async function runNodes(
  draw: Draw,
  results: readonly Value[],
  opset: number,
  runtime: Runtime,
  there: readonly Held[],
) {
  const graph = new Graph("nodes");
  const made = new Set(draw.nodes.flatMap(({ outputs }) => outputs));
  const read = new Set(draw.nodes.flatMap(({ inputs }) => inputs));
  const fed = [...there, ...draw.inputs].filter(({ value }) => read.has(value));
  for (const { value, tensor: held } of fed) {
    value.type = { dtype: held.dtype, shape: held.shape };
    graph.inputs.push(value);
  }
  for (const node of draw.nodes) graph.append(node);
  for (const value of results) if (made.has(value)) graph.output(value);
  try {
    const session = await runtime.open(writeModel(graph, { opsets: new Map([["", opset]]) }), {
      optimization: "disabled",
    });
    const held = await session.run(Object.fromEntries(fed.map(({ value, tensor: one }) => [value.name, one])));
    await session.release();
    const list = results.map((value): Held => ({ value, tensor: held[value.name]! }));
    return list.every(({ tensor: one }) => isUseful(one)) ? list : undefined;
  } catch {
    return undefined;
  }
}

function isUseful({ dtype, shape, data }: Tensor & { readonly shape: Shape }): boolean {
  if (dtype !== "float32" || size(shape) === 0 || size(shape) > largestSize) return false;
  const held = numbers({ dtype, shape, data });
  const largest = held.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // rounding decides what becomes of numbers that all but vanish
  return largest < largestValue && (largest === 0 || largest > smallestValue);
}
