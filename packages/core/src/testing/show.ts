import { standard } from "../standard.js";
import { createAssets } from "../forward/assets.js";
import { lookUp, type Tensors } from "../define/definition.js";
import type { Assets } from "../define/parameterization.js";
import type { Spec } from "../define/spec.js";
import { Graph } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { writeModel } from "../onnx/write.js";
import { createRng, type Rng } from "../rng.js";
import type { Shape, Tensor } from "../tensor.js";
import { runtime } from "./models.js";

const none = createAssets(standard, {}, new Map());

/** The picture that the variables of a parameterization stand for. */
export async function show(spec: Spec, variables: Tensors, shape: Shape, assets: Assets = none): Promise<Tensor> {
  const graph = new Graph("picture");
  const op = createOps(graph);
  const state = Object.fromEntries(Object.entries(variables).map(([name, t]) => [name, graph.input(name, t)]));
  const definition = lookUp(standard.parameterization, spec, "parameterization");
  graph.publish(definition.build(spec, state, { op, shape, assets }), "picture");
  const session = await runtime.open(writeModel(graph, { opsets: new Map([["", 20]]) }));
  const { picture } = await session.run(variables);
  await session.release();
  return picture!;
}

/** The variables with which a parameterization begins by itself. */
export function beginning(spec: Spec, shape: Shape, rngs: readonly Rng[] = streams(shape[0]!), assets = none): Tensors {
  return lookUp(standard.parameterization, spec, "parameterization").initial!(spec, shape, rngs, assets);
}

/** The variables for start pictures. */
export function invert(spec: Spec, pictures: Tensor, assets = none): Tensors {
  return lookUp(standard.parameterization, spec, "parameterization").invert!(spec, pictures, assets);
}

/** One generator for each picture. */
export const streams = (batch: number, seed = 0): Rng[] =>
  Array.from({ length: batch }, (_, i) => createRng(seed).split(i));
