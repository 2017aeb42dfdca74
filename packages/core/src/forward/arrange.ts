import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import { positiveAxis, type Ops } from "../ir/ops/index.js";
import type { LayerAxes } from "../model/axes.js";
import { size, type Shape } from "../tensor.js";

/** A layer with the pictures of the batch along its first axis, and where its own axes went. */
export interface Arrangement {
  /** The shape that the layer has in the model. */
  readonly shape: Shape;
  /** The axis of the units in [batch, ...]; undefined for a layer of one number for each picture. */
  readonly units: number | undefined;
  /** The axis in [batch, ...] that an axis of the layer became; undefined for the one that holds nothing but the pictures. */
  moved(axis: number): number | undefined;
}

export function arrangement(shape: Shape, { batch, units }: LayerAxes): Arrangement {
  const moved = (axis: number) => {
    if (!batch) return axis + 1;
    if (axis === batch.axis && batch.before * batch.after === 1) return undefined;
    return axis > batch.axis && batch.before * batch.after === 1 ? axis : axis + 1;
  };
  return { shape, units: units && moved(units.axis), moved };
}

/**
 * The layer as [pictures, ...rest]: the rest are its own axes in their order, without the pictures. Throws `bad-argument`
 * for several pictures of which no axis is known to hold them.
 */
export function picturesFirst(op: Ops, x: Value, { batch }: LayerAxes, pictures: number, layer: string): Value {
  if (!batch) {
    if (pictures === 1) return op.reshape(x, [1, ...x.shape]);
    throw new XstarError(
      "bad-argument",
      `No axis of layer "${layer}" of shape [${x.shape}] holds the ${pictures} pictures`,
      {
        hint: "Choose another layer, or look at one picture at a time, without transforms of several views",
      },
    );
  }
  const { axis, before, after } = batch;
  const [lead, rest] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  if (axis === 0 && before * after === 1) return x;
  const own = before * after === 1 ? [] : [before * after];
  if (pictures === 1) return op.reshape(x, [1, ...lead, ...own, ...rest]);
  const rows = op.reshape(x, [size(lead), before, pictures, after, size(rest)]);
  const first = op.transpose(rows, [2, 0, 1, 3, 4]);
  return op.reshape(first, [pictures, ...lead, ...own, ...rest]);
}

/** The axis in [batch, ...] that a caller means by an axis of the layer. Throws `bad-argument`. */
export function axisGiven({ shape, moved }: Arrangement, given: number, layer: string): number {
  const rank = shape.length;
  const axis = given < rank && given >= -rank ? moved(positiveAxis(given, rank)) : undefined;
  if (axis !== undefined) return axis;
  const own = shape.map((_, i) => i).filter((i) => moved(i) !== undefined);
  throw new XstarError("bad-argument", `Layer "${layer}" of shape [${shape}] has no axis ${given} of units`, {
    hint: own.length > 0 ? `It has the axes ${own.join(", ")}` : "Each picture is one number of it",
  });
}
