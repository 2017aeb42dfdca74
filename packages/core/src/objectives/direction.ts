import { defineObjective, type ObjectiveContext } from "../define/objective.js";
import { asset, int, number, optional, vector } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import { axesAfterFirst } from "../ir/ops/index.js";
import { unitVectors } from "./unit-vectors.js";
import { ofUnits, overPlaces, place, unitsOf, type OfUnits } from "./units.js";

const alongVector = { ...ofUnits, vector: vector("a number for every channel of the layer"), ...place };

interface Compared {
  /** Dot product with the vector at every place, [batch, ...places]. */
  readonly dot: Value;
  /** Cosine of the angle to it, 0 where either is zero. */
  readonly cosine: () => Value;
}

/** The units of a layer against a vector [batch, units], at every place. Throws `bad-argument`. */
function compare(context: ObjectiveContext, p: OfUnits & { readonly vector: Value }): Compared {
  const { op, batch } = context;
  const { x, axis } = unitsOf(context, p);
  const [units, given] = [x.shape[axis]!, p.vector.shape[1]!];
  if (units !== given) {
    const problem = `A direction of ${given} numbers does not fit layer "${p.layer}", which has ${units} channels`;
    throw new XstarError("bad-argument", problem, { hint: "Give one number for each channel of the layer" });
  }
  const along = op.reshape(
    p.vector,
    x.shape.map((_, i) => (i === 0 ? batch : i === axis ? units : 1)),
  );
  const dot = (a: Value, b: Value) => op.reduceSum(op.mul(a, b), [axis]);
  return { dot: dot(x, along), cosine: () => dot(unitVectors(op, x, [axis]), unitVectors(op, along, [axis])) };
}

/** A dot product, weighted by how well the directions agree: dot * max(0.1, cos)^power, as in Lucid. */
export const weighByCosine = (context: ObjectiveContext, dot: Value, cosine: Value, power: Value): Value =>
  context.op.mul(dot, context.op.pow(context.op.max(cosine, 0.1), power));

/**
 * Dot product of a layer's channels with a vector: mean over all places, or at one place.
 *
 * @example
 * direction({ layer: "conv2", vector: [1, 0, -1] });
 */
export const direction = defineObjective({
  type: "direction",
  example: { layer: "conv2", vector: [1, 0, -1] },
  doc: "Dot product of a layer's channels with a vector: mean over all places, or at one place",
  params: alongVector,
  build: (p, context) => overPlaces(context, compare(context, p).dot, p, p.layer),
});

/**
 * Cosine of the angle between a layer's channels and a vector, from -1 to 1: mean over all places, or at one place.
 *
 * @example
 * cosine({ layer: "conv2", vector: [1, 0, -1] });
 */
export const cosine = defineObjective({
  type: "cosine",
  example: { layer: "conv2", vector: [1, 0, -1] },
  doc: "Cosine of the angle between a layer's channels and a vector, from -1 to 1: mean over all places, or at one place",
  params: alongVector,
  build: (p, context) => overPlaces(context, compare(context, p).cosine(), p, p.layer),
});

/**
 * Dot product with a vector times max(0.1, cosine)^power, for pictures of that direction alone (Carter et al., 2019).
 *
 * @example
 * cosineDirection({ layer: "conv2", vector: [1, 0, -1] });
 */
export const cosineDirection = defineObjective({
  type: "cosineDirection",
  example: { layer: "conv2", vector: [1, 0, -1] },
  doc: "Dot product with a vector times max(0.1, cosine)^power, for pictures of that direction alone (Carter et al., 2019)",
  params: { ...alongVector, power: number("how much the angle counts; 0 is the dot product", { fallback: 2, min: 0 }) },
  build(p, context) {
    const { dot, cosine } = compare(context, p);
    const power = context.op.reshape(
      p.power,
      dot.shape.map((_, i) => (i === 0 ? context.batch : 1)),
    );
    return overPlaces(context, weighByCosine(context, dot, cosine(), power), p, p.layer);
  },
});

const patchSide = (doc: string) => optional(int(doc, { min: 0 }));

/**
 * Dot product of a patch of a layer with an array, or with the same patch for a picture: sum over channels, mean over
 * places.
 *
 * @example
 * tensorDirection({ layer: "conv2" });
 */
export const tensorDirection = defineObjective({
  type: "tensorDirection",
  example: { layer: "conv2" },
  doc: "Dot product of a patch of a layer with an array, or with the same patch for a picture: sum over channels, mean over places",
  params: {
    ...ofUnits,
    values: optional(vector("the array [channels, height, width] in one row")),
    image: optional(asset("image", "the picture whose activations are the array")),
    height: patchSide("rows of the patch; all when left out"),
    width: patchSide("columns of the patch; all when left out"),
    y: patchSide("the first row of the patch; centred when left out"),
    x: patchSide("the first column of the patch; centred when left out"),
  },
  build(p, context) {
    const { op } = context;
    const { x, axis } = unitsOf(context, p);
    const places = x.shape.map((_, i) => i).filter((i) => i !== 0 && i !== axis);
    const ranges = places.flatMap((at, i) => {
      const whole = x.shape[at]!;
      const length = (i === 0 ? p.height : i === 1 ? p.width : undefined) ?? whole;
      const start = (i === 0 ? p.y : i === 1 ? p.x : undefined) ?? Math.floor((whole - length) / 2);
      if (length > 0 && start >= 0 && start + length <= whole) return [{ axis: at, start, end: start + length }];
      const problem = `A patch of ${length} from ${start} does not lie in axis ${at} of layer "${p.layer}", which has ${whole}`;
      throw new XstarError("bad-argument", problem);
    });
    const patch = op.slice(x, ranges);
    if ((p.values === undefined) === (p.image === undefined)) {
      throw new XstarError("bad-argument", 'A tensor direction needs either "values" or "image"');
    }
    const wanted =
      p.image !== undefined
        ? op.slice(context.imageLayer(p.image, p.layer, p.model), ranges)
        : asPatch(context, p.values!, patch, p.layer);
    return op.meanOfEach(op.reduceSum(op.mul(patch, wanted), [axis]));
  },
});

function asPatch({ op }: ObjectiveContext, values: Value, patch: Value, layer: string): Value {
  const wanted = patch.shape.slice(1).reduce((a, b) => a * b, 1);
  if (values.shape[1] === wanted) return op.reshape(values, patch.shape);
  const problem = `${values.shape[1]} numbers do not fill a patch of shape [${patch.shape.slice(1)}] of layer "${layer}"`;
  throw new XstarError("bad-argument", problem);
}

/** The dot product of whole layers, sum over channels and mean over places, and the cosine between them, [batch]. */
export function compareWhole(
  context: ObjectiveContext,
  x: Value,
  other: Value,
  axis: number,
): { readonly dot: Value; readonly cosine: Value } {
  const { op } = context;
  const places = x.shape.reduce((a, b, i) => (i === 0 || i === axis ? a : a * b), 1);
  const units = (value: Value) => unitVectors(op, value, axesAfterFirst(value));
  const dot = (a: Value, b: Value) => op.sumOfEach(op.mul(a, b));
  return { dot: op.div(dot(x, other), places), cosine: dot(units(x), units(other)) };
}
