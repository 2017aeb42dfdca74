import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { canonicalOpset, fromOrt, numbers, readModel, tensor, writeModel, type Tensor } from "@xstar/core";
import ort from "onnxruntime-node";
import { expect } from "vitest";
import type { ModelFiles } from "../files.js";
import { unpacked, type Packed } from "./cases.js";

export const runtime = fromOrt(ort);

/** A model on the disk. */
export function filesAt(path: string): ModelFiles {
  const isFolder = statSync(path).isDirectory();
  const folder = isFolder ? path : dirname(path);
  return {
    name: basename(path),
    list: async () =>
      (readdirSync(folder, { recursive: true }) as string[]).filter((name) => statSync(join(folder, name)).isFile()),
    read: async (name) => new Uint8Array(readFileSync(join(folder, name))),
  };
}

/** Runs an ONNX file. Values that are asked for by name besides its outputs are given too. */
export async function run(onnx: Uint8Array, inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>> {
  const session = await runtime.open(onnx);
  const results = await session.run(inputs);
  await session.release();
  return results;
}

export interface Evaluated {
  readonly names: readonly string[];
  readonly outputs: readonly Tensor[];
  /** The values inside, in the order in which they were asked for. */
  readonly inside: readonly Tensor[];
}

/** Runs an ONNX file, and looks inside. */
export async function evaluate(
  onnx: Uint8Array,
  inputs: Readonly<Record<string, Tensor>>,
  inside: readonly string[],
): Promise<Evaluated> {
  const { graph, inputs: declared } = readModel(onnx);
  const names = graph.outputs.map(({ name }) => name);
  graph.inputs.forEach((input, i) => {
    input.type = {
      dtype: declared[i]!.dtype,
      shape: declared[i]!.dims.map((dim) => (typeof dim === "number" ? dim : -1)),
    };
  });
  const byName = new Map([...graph.values()].map((value) => [value.name, value]));
  for (const name of inside) {
    const value = byName.get(name);
    if (!value) throw new Error(`The network has no value "${name}", but ${[...byName.keys()].join(", ")}`);
    if (!graph.outputs.includes(value)) graph.output(value);
  }
  const results = await run(writeModel(graph, { opsets: new Map([["", canonicalOpset]]) }), inputs);
  return { names, outputs: names.map((name) => results[name]!), inside: inside.map((name) => results[name]!) };
}

/** The name of what the softmax of an output is computed from. */
export function logitsName(onnx: Uint8Array): string | undefined {
  const softmax = readModel(onnx).graph.nodes.findLast(({ opType }) => opType === "Softmax");
  return softmax?.inputs[0]?.name;
}

export const inputsOf = (onnx: Uint8Array) => readModel(onnx).inputs;

/** The result with its channels at the end again, as the original has it. */
export function channelsLast(t: Tensor): Tensor {
  const rank = t.shape.length;
  if (rank < 4) return t;
  const [n, c, ...spatial] = t.shape as [number, number, ...number[]];
  const pixels = spatial.reduce((product, dim) => product * dim, 1);
  const from = numbers(t);
  const to = new Float32Array(from.length);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < c; k++)
      for (let p = 0; p < pixels; p++) to[(i * pixels + p) * c + k] = from[(i * c + k) * pixels + p]!;
  return tensor("float32", to, [n, ...spatial, c]);
}

/** The largest difference, relative to the largest number that is expected. */
export function largestError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const gap = Math.abs(found[i]! - expected[i]!);
    difference = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(difference, gap);
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  return difference / Math.max(largest, 1e-30);
}

/** The result in the layout of the original: pictures that came from windows have their channels on axis 1. */
export function asOriginal(found: Tensor, shape: readonly number[]): Tensor {
  return String(found.shape) === String(shape) ? found : channelsLast(found);
}

/** That results are the numbers of the original, in its shapes, to a tolerance relative to the largest of each. */
export function expectClose(results: readonly Tensor[], outputs: readonly Packed[], tolerance: number): void {
  outputs.forEach((expected, i) => {
    const found = asOriginal(results[i]!, expected.shape);
    expect(found.shape).toEqual(expected.shape);
    expect(largestError(numbers(found), unpacked(expected))).toBeLessThan(tolerance);
  });
}
