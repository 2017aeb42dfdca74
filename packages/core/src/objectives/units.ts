import type { ObjectiveContext } from "../define/objective.js";
import { asset, index, layer, optional } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import { positiveAxis } from "../ir/ops/index.js";
import { unitAxis } from "../model/layers.js";

/** How objectives name the units of layers: channels of [N, C, ...], features of tokens [N, T, D], neurons of [N, C]. */

export const model = optional(asset("model", "the further model to read; the first one when left out"));

/** What every objective of a layer takes. */
export const ofLayer = { layer: layer("the layer to read"), model };

/** A place of a layer: row and column of a map, or the number of a token. */
export const place = {
  y: optional(index("row, from 0 at the top")),
  x: optional(index("column, from 0 on the left")),
};

interface OfLayer {
  readonly layer: string;
  readonly model: string | undefined;
}

interface Place {
  readonly y: Value | undefined;
  readonly x: Value | undefined;
}

/** The activations of a layer [batch, ...], and the axis along which its units lie. Throws `bad-argument`. */
export function unitsOf(context: ObjectiveContext, { layer, model }: OfLayer): { x: Value; axis: number } {
  const x = context.layer(layer, model);
  if (x.rank < 2) throw new XstarError("bad-argument", `Layer "${layer}" of shape [${x.shape}] has no channels`);
  return { x, axis: unitAxis(x.rank) };
}

/** The elements chosen for each picture: [batch, ...rest] from [batch, ..., n, ...] and indices [batch]. */
export function pick({ op, batch }: ObjectiveContext, x: Value, axis: number, chosen: Value): Value {
  const at = positiveAxis(axis, x.rank);
  const one = x.shape.with(at, 1);
  const indices = op.reshape(chosen, [batch, ...one.slice(1).map(() => 1)]);
  return op.squeeze(op.gatherElements(x, op.expand(indices, one), at), [at]);
}

/** One unit of a layer at all its places, [batch, ...places]. Throws `bad-argument`. */
export function unitOf(context: ObjectiveContext, from: OfLayer, chosen: Value): Value {
  const { x, axis } = unitsOf(context, from);
  context.limit(chosen, x.shape[axis]!, `channels of layer "${from.layer}"`);
  const [part, within] = partOf(context, x, axis, chosen);
  return pick(context, part, axis, within);
}

/** The part of a concatenation that has all the chosen units, so that no other needs to be computed; else all of it. */
function partOf(context: ObjectiveContext, x: Value, axis: number, chosen: Value): readonly [Value, Value] {
  const units = context.numbersOf(chosen);
  const { node } = x;
  if (!units || node?.qualifiedType !== "Concat" || positiveAxis(node.int("axis", 0), x.rank) !== axis)
    return [x, chosen];
  let start = 0;
  for (const part of node.inputs) {
    const end = start + part!.shape[axis]!;
    if (units.every((unit) => start <= unit && unit < end))
      return partOf(context, part!, axis, start === 0 ? chosen : context.countedFrom(start, chosen));
    start = end;
  }
  return [x, chosen];
}

/** One place of a map [batch, ...places], [batch]; the centre one of every axis for which none is given. Throws `bad-argument`. */
export function atPlace(context: ObjectiveContext, map: Value, { y, x }: Place, layer: string): Value {
  const { op, batch } = context;
  const axes = map.rank - 1;
  if ((y && axes < 1) || (x && axes < 2)) {
    const [has, hint] =
      axes === 0
        ? ["no places: each of its units is one number", "Leave out what follows the @"]
        : ["one axis of places, its tokens", "Write the place as @N: the number of the token"];
    throw new XstarError("bad-argument", `Layer "${layer}" has ${has}`, { hint });
  }
  if (y && !x && map.rank > 2) {
    throw new XstarError("bad-argument", `A place of layer "${layer}", which has height and width, needs two numbers`, {
      hint: "Write it as @Y,X: the row, then the column",
    });
  }
  return [y, x].slice(0, axes).reduce<Value>((rest, chosen, i) => {
    const length = rest.shape[1]!;
    if (chosen) context.limit(chosen, length, `${i === 0 ? "rows" : "columns"} of layer "${layer}"`);
    return pick(context, rest, 1, chosen ?? op.expand(op.scalar(Math.floor(length / 2), "int64"), [batch]));
  }, map);
}

/** The mean of a map over its places, or one place where that is given, [batch]. */
export function overPlaces(context: ObjectiveContext, map: Value, at: Place, layer: string): Value {
  return at.y || at.x ? atPlace(context, map, at, layer) : context.op.meanOfEach(map);
}
