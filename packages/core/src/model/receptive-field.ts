import type { Graph, Value } from "../ir/graph.js";
import { valuesRead } from "../ir/inline.js";
import { stepBack, type Sight } from "./field-steps.js";

/** What the positions of a layer see along one axis of the picture; in pixels. */
export interface FieldAxis {
  /** From the field of one position to that of the next; 0 when all see the same. */
  readonly stride: number;
  /** Length of the field, with what of it lies in the padding. */
  readonly size: number;
  /** First pixel that position 0 sees: negative in the padding. */
  readonly offset: number;
}

/** The part of a picture that one position of a layer can see. */
export interface ReceptiveField {
  readonly height: FieldAxis;
  readonly width: FieldAxis;
}

/** A part of a picture, in whole pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Of which layer, by which input. */
export interface FieldOptions {
  /** The layer, [N, C, H, W] when it has space. */
  readonly of: Value;
  /** Its spatial axes. @default [2, 3] */
  readonly places?: readonly [number, number];
  /** The input of the graph that is the picture. */
  readonly picture: Value;
  /** Axes of the picture along its height and width. @default [2, 3] */
  readonly axes?: readonly [number, number];
}

/** The whole axis, for a reason that no position changes. */
const all = "all";
type Seen = Sight | typeof all;

/**
 * The receptive field of the positions of a layer, from the graph alone: stride, size and offset along both axes, joined
 * over all paths, after Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019.
 * Where something on the way looks at everything (global pooling, dense layers, attention), where paths do not fit
 * together, and for layers without space, it is the whole axis; behind up-sampling it can be a little larger than what
 * is seen. A layer that does not depend on the picture has a size of 0.
 *
 * @example
 * const field = receptiveField(graph, { of: conv, picture: x });
 * field.height; // size, stride and offset along the height
 */
export function receptiveField(
  graph: Graph,
  { of, picture, places = [2, 3], axes = [2, 3] }: FieldOptions,
): ReceptiveField {
  const [height, width] = axes.map((axis, i) => {
    const seen = of.rank === 4 ? traceBack(graph, of, places[i]!, picture) : all;
    if (seen === undefined) return { stride: 0, size: 0, offset: 0 };
    if (seen === all || seen.axis !== axis) return { stride: 0, size: picture.shape[axis]!, offset: 0 };
    return { stride: seen.stride, size: seen.last - seen.first + 1, offset: seen.first };
  });
  return { height: height!, width: width! };
}

/**
 * The pixels that the position (y, x) sees of a picture of `height` x `width`. Empty when they lie outside.
 *
 * @example
 * const { top, left, height, width } = fieldBox(field, [3, 4], { height: 224, width: 224 });
 */
export function fieldBox(
  field: ReceptiveField,
  [y, x]: readonly [number, number],
  picture: Pick<Box, "height" | "width">,
): Box {
  const [top, bottom] = range(field.height, y, picture.height);
  const [left, right] = range(field.width, x, picture.width);
  return { top, left, height: bottom - top, width: right - left };
}

/**
 * Whether positions see parts of the picture that differ.
 *
 * @example
 * isLocal(field); // false behind global pooling
 */
export function isLocal({ height, width }: ReceptiveField): boolean {
  return height.stride > 0 || width.stride > 0;
}

function range({ stride, size, offset }: FieldAxis, at: number, length: number): [number, number] {
  const first = stride * at + offset;
  const from = Math.min(length, Math.max(0, Math.ceil(first)));
  return [from, Math.max(from, Math.min(length, Math.floor(first + size)))];
}

/** What the positions of `of` see of the picture along their axis `axis`; undefined for nothing. */
function traceBack(graph: Graph, of: Value, axis: number, picture: Value): Seen | undefined {
  const seen = new Map<Value, Seen>([[of, { axis, stride: 1, first: 0, last: 0 }]]);
  for (const node of graph.nodes.toReversed()) {
    for (const y of node.outputs) {
      const sight = y && seen.get(y);
      if (!sight) continue;
      for (const x of valuesRead(node)) {
        if (x.constant) continue;
        const step = sight === all ? all : (stepBack(sight, node, x, y) ?? all);
        seen.set(x, join(seen.get(x), step));
      }
    }
  }
  return seen.get(picture);
}

/** What two paths see together. */
function join(a: Seen | undefined, b: Seen): Seen {
  if (a === undefined) return b;
  if (a === all || b === all || a.axis !== b.axis || Math.abs(a.stride - b.stride) > 1e-9) return all;
  return { ...a, first: Math.min(a.first, b.first), last: Math.max(a.last, b.last) };
}
