import { arrangement, type Arrangement } from "../forward/arrange.js";
import type { PreparedModel } from "../forward/prepare-model.js";
import { ancestorsOf } from "../ir/ancestors.js";
import type { Value } from "../ir/graph.js";
import { isFloat } from "../ir/ops/index.js";
import { axesOf, followAxes } from "../model/axes.js";
import { beforeSoftmax, layerNames, scoreOutput } from "../model/layers.js";
import type { Shape } from "../tensor.js";
import { placesOf, type Grid } from "./grid.js";

/** A layer with places. */
export interface Placed {
  readonly name: string;
  readonly grid: Grid;
  readonly units: number;
}

const weighing = new Set(["Conv", "ConvTranspose", "Gemm", "MatMul", "Einsum"]);

/** A value, and what becomes it without any more weights: maps of scores that are only averaged, the layer that a unit lies in. */
export function unweighedBefore(output: Value): Set<Value> {
  const found = new Set([output]);
  for (const { node } of found) {
    if (!node || weighing.has(node.opType)) continue;
    for (const read of node.inputs) if (read && !read.constant) found.add(read);
  }
  return found;
}

/** Fewer places make a map too coarse to see anything in. */
const fewest = 49;

/**
 * The layers with places that a value of the graph is computed from, from the first to the last that a map is best made of:
 * those before the class scores and, where a class token is read, before the attention that fills it last. One for each
 * resolution, of which the last has at least 7 x 7 places where the model has such a layer.
 */
export function chooseLayers(
  { normalized, input, shape: picture }: PreparedModel,
  isBefore: (name: string) => boolean,
  logits?: string,
): readonly Placed[] {
  const layouts = followAxes(normalized, input);
  const size = picture.slice(2) as readonly number[] as readonly [number, number];
  if (picture.length !== 4) return [];
  const scores = unweighedBefore(beforeSoftmax(scoreOutput(normalized, logits)));
  const arranged = (value: Value): Arrangement => arrangement(value.shape, axesOf(normalized, value, layouts));
  const shapeOf = (value: Value): Shape =>
    axesOf(normalized, value, layouts).batch === undefined ? [1, ...value.shape] : value.shape;
  const all = layerNames(normalized).flatMap((name) => {
    const value = normalized.values.get(name)!;
    const own = arranged(value);
    const grid = placesOf(shapeOf(value), own, size);
    const units = own.units === undefined ? 0 : shapeOf(value)[own.units]!;
    return grid && !scores.has(value) && units > 1 ? [{ name, grid, units, value }] : [];
  });
  const attention = [...normalized.values.values()].findLast(isAttention);
  const before = attention && ancestorsOf(attention);
  const tokens = attention?.shape.at(-1);
  const stream = all.findLast(({ value }) => value.rank === 3)?.units;
  const usable = all.filter(({ value, grid, units }) => {
    if (grid.extra > 0 && (units !== stream || !before?.has(value))) return false;
    if (grid.height === tokens && grid.width === tokens) return false;
    return grid.height * grid.width < size[0] * size[1];
  });
  const reached = usable.filter(({ name }) => isBefore(name));
  const last = reached.findLast(({ grid }) => grid.height * grid.width >= fewest) ?? largest(reached);
  if (!last) return [];
  const earlier = reached.slice(0, reached.indexOf(last) + 1);
  const byPlaces = new Map(earlier.map((one) => [one.grid.height * one.grid.width, one]));
  return [...byPlaces.values()].filter((one) => one !== last && one.units > 3).concat(last);
}

const largest = <T extends { grid: Grid }>(all: readonly T[]): T | undefined =>
  all.toSorted((a, b) => a.grid.height * a.grid.width - b.grid.height * b.grid.width).at(-1);

/** Weights with which tokens look at each other. */
export function isAttention(value: Value): boolean {
  if (value.node?.opType !== "Softmax" || !isFloat(value)) return false;
  const [rows, columns] = value.shape.slice(-2);
  return value.rank >= 3 && rows === columns && rows! > 1;
}
