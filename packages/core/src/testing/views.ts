import { expect } from "vitest";
import { buildViews } from "../compile/views.js";
import type { Spec } from "../define/spec.js";
import type { Size } from "../define/transform.js";
import { Graph } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { writeModel } from "../onnx/write.js";
import { createRng, type Rng } from "../rng.js";
import { standard } from "../standard.js";
import { numbers, tensor, type Tensor } from "../tensor.js";
import { runtime } from "./models.js";

/** The transforms of the standard vocabulary. */
export const table = standard.transform;

interface ViewOptions {
  readonly to?: Size;
  readonly rngs?: readonly Rng[];
  readonly step?: number;
}

export const sizeOf = ({ shape }: Tensor): Size => ({ height: shape[2]!, width: shape[3]! });

/** Pictures as a chain of transforms shows them, and the operators that it took. */
export async function view(specs: readonly Spec[], pictures: Tensor, options: ViewOptions = {}) {
  const { to = sizeOf(pictures), rngs = pictures.shape.slice(0, 1).map(() => createRng(1)), step = 0 } = options;
  const graph = new Graph();
  const op = createOps(graph);
  const input = graph.input("pictures", pictures);
  const { seen, count, sample } = buildViews(op, input, { table, specs, to, rngs });
  const output = graph.publish(seen, "seen");
  const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 20]]) }));
  const results = await session.run({ pictures, ...sample(step) });
  await session.release();
  const result = results[output.name]!;
  return { values: numbers(result), shape: result.shape, count, ops: graph.nodes.map(({ opType }) => opType) };
}

/** One grey picture from its rows. */
export function grey(...rows: readonly (readonly number[])[]): Tensor {
  return tensor("float32", rows.flat(), [1, 1, rows.length, rows[0]!.length]);
}

export function expectClose(found: readonly number[], wanted: readonly number[]) {
  expect(found).toHaveLength(wanted.length);
  found.forEach((x, i) => expect(Math.abs(x - wanted[i]!), `value ${i}: ${x}, not ${wanted[i]}`).toBeLessThan(1e-5));
}
