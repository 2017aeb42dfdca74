import type { Value } from "../ir/graph.js";
import { valuesRead } from "../ir/inline.js";
import { fresh, isMerged, sizeOf, type Axis, type Factor, type Layout } from "./axis-factors.js";
import { stepForward } from "./axis-steps.js";
import type { Normalized } from "../normalize/normalize.js";

/** What the axes of a layer hold. */
export interface LayerAxes {
  /** Where the pictures lie: an axis of `before x pictures x after` elements. Undefined where no axis is known to hold them. */
  readonly batch: { readonly axis: number; readonly before: number; readonly after: number } | undefined;
  /** The axis along which the units lie, with why; undefined for layers without any. */
  readonly units: { readonly axis: number; readonly why: string } | undefined;
}

const known = new WeakMap<Normalized, Map<string, ReadonlyMap<Value, Layout>>>();

/**
 * Which axis of a value holds the pictures and which the units, told by the operators that made it: followed from the
 * input `picture`, the first axis of which is the batch. What no operator made units of takes them from the operators that
 * read it, else by the rank: the last of 3 axes, else the second.
 */
export function axesOf(
  { graph }: Pick<Normalized, "graph">,
  value: Value,
  layouts: ReadonlyMap<Value, Layout>,
): LayerAxes {
  const { shape } = value;
  const pictures = graph.inputs.find((input) => layouts.has(input))?.shape[0];
  const layout = layouts.get(value) ?? shape.map((size) => [fresh(size)]);
  const batch =
    batchOf(layout) ?? (shape[0] === pictures && shape.length > 0 ? { axis: 0, before: 1, after: 1 } : undefined);
  const isFree = (axis: number) => axis !== batch?.axis || batch.before * batch.after > 1;
  const free = shape.map((_, axis) => axis).filter(isFree);
  // a row of numbers has units only where they were made so
  const isRow = shape.length < 2 && !layout.flat().some(({ isNew, isPiece }) => isNew && !isPiece);
  return { batch, units: free.length === 0 || isRow ? undefined : unitsOf(layout, free) };
}

/** The factors of every axis of all values that depend on the picture, found once for a graph. */
export function followAxes(normalized: Normalized, picture: string): ReadonlyMap<Value, Layout> {
  const byPicture = known.get(normalized) ?? new Map<string, ReadonlyMap<Value, Layout>>();
  known.set(normalized, byPicture);
  const found = byPicture.get(picture) ?? follow(normalized, picture);
  byPicture.set(picture, found);
  return found;
}

function follow({ graph }: Normalized, picture: string): Map<Value, Layout> {
  const layouts = new Map<Value, Layout>();
  const input = graph.inputs.find(({ name }) => name === picture);
  if (input?.type)
    layouts.set(
      input,
      input.shape.map((size, axis) => [fresh(size, axis === 0 ? "batch" : "place")]),
    );
  const loose = new Set<Value>();
  for (const node of graph.nodes) {
    if (!valuesRead(node).some((value) => layouts.has(value) || loose.has(value))) continue;
    for (const output of node.outputs) {
      if (output?.type) layouts.set(output, stepForward(node, output, layouts));
      else if (output) loose.add(output);
    }
  }
  return layouts;
}

function batchOf(layout: Layout): LayerAxes["batch"] {
  const axis = layout.findIndex((factors) => factors.some(({ role }) => role === "batch"));
  if (axis < 0) return undefined;
  const factors = layout[axis]!;
  const at = factors.findIndex(({ role }) => role === "batch");
  return { axis, before: sizeOf(factors.slice(0, at)), after: sizeOf(factors.slice(at + 1)) };
}

/** The axis that is made of units: of several of the newest, of the pieces of one the one that is read, else the last one. */
function unitsOf(layout: Layout, free: readonly number[]): NonNullable<LayerAxes["units"]> {
  const best = (is: (factor: Factor) => boolean) => {
    const ranked = free.flatMap((axis) => {
      const own = layout[axis]!.filter(({ role }) => role !== "batch");
      const factors = own.filter(is);
      const isWhole = factors.some((one) => one.isNew && !one.isPiece);
      const isRead = factors.some((one) => readerOf(one) !== undefined);
      const signs = [!isMerged(own, is), isWhole, isRead, factors.some(({ isNew }) => isNew)];
      const rank = signs.reduce((sum, sign) => 2 * sum + Number(sign), 0);
      return factors.length > 0 ? [{ axis, rank, factors }] : [];
    });
    return ranked.toSorted((a, b) => b.rank - a.rank || b.axis - a.axis)[0];
  };
  const made = best(({ role }) => role === "unit");
  if (made) return { axis: made.axis, why: `made by ${madeBy(made.factors)}` };
  const read = best((factor) => readerOf(factor) !== undefined);
  if (read) return { axis: read.axis, why: `read by ${read.factors.map(readerOf).find((by) => by)}` };
  const usual = layout.length === 3 ? 2 : 1;
  return { axis: free.includes(usual) ? usual : free.at(-1)!, why: "a guess by the number of axes" };
}

const madeBy = (factors: Axis) => (factors.find(({ isNew }) => isNew) ?? factors[0]!).by;

function readerOf({ trace }: Pick<Factor, "trace">): string | undefined {
  return trace.reader ?? trace.parts.map((part) => readerOf({ trace: part })).find((by) => by !== undefined);
}
