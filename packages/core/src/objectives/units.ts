import type { ObjectiveContext } from "../define/objective.js";
import { asset, index, layer, optional, int } from "../define/fields.js";
import { places, type Places } from "../define/places.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import { positiveAxis } from "../ir/ops/index.js";

/** How objectives name the units of layers, whichever axis these lie along, and the places on all other axes. */

export const model = optional(asset("model", "the further model to read; the first one when left out"));

/** What every objective of a layer takes. */
export const ofLayer = { layer: layer("the layer to read"), model };

/** What every objective of a layer's units takes. */
export const ofUnits = {
  ...ofLayer,
  axis: optional(int("the axis of the layer along which its units lie, from 0; told by the operators when left out")),
};

/** A place of a layer: row and column of a map, the number of a token, or a part of every axis besides the units. */
export const place = {
  y: optional(index("row, from 0 at the top")),
  x: optional(index("column, from 0 on the left")),
  at: optional(
    places("in the place of y and x, a number, a range or * for each axis of places, such as 3,0-6: their mean"),
  ),
};

interface OfLayer {
  readonly layer: string;
  readonly model: string | undefined;
}

export interface OfUnits extends OfLayer {
  readonly axis: number | undefined;
}

interface Place {
  readonly y: Value | undefined;
  readonly x: Value | undefined;
  readonly at: Places | undefined;
}

/** The activations of a layer [batch, ...], and the axis along which its units lie. Throws `bad-argument`. */
export function unitsOf(context: ObjectiveContext, { layer, ...of }: OfUnits): { x: Value; axis: number } {
  const x = context.layer(layer, of.model);
  const axis = context.unitAxis(layer, of);
  if (axis === undefined)
    throw new XstarError("bad-argument", `Layer "${layer}" of shape [${x.shape}] has no channels`);
  return { x, axis };
}

/** The elements chosen for each picture: [batch, ...rest] from [batch, ..., n, ...] and indices [batch]. */
export function pick({ op, batch }: ObjectiveContext, x: Value, axis: number, chosen: Value): Value {
  const at = positiveAxis(axis, x.rank);
  const one = x.shape.with(at, 1);
  const indices = op.reshape(chosen, [batch, ...one.slice(1).map(() => 1)]);
  return op.squeeze(op.gatherElements(x, op.expand(indices, one), at), [at]);
}

/** One unit of a layer at all its places, [batch, ...places]. Throws `bad-argument`. */
export function unitOf(context: ObjectiveContext, from: OfUnits, chosen: Value): Value {
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

/**
 * One place of a map [batch, ...places], [batch]; the centre one of every axis for which none is given, or the mean over a
 * part of every axis. Throws `bad-argument`.
 */
export function atPlace(context: ObjectiveContext, map: Value, { y, x, at }: Place, layer: string): Value {
  const { op } = context;
  const axes = map.rank - 1;
  if (at) return overPart(context, map, at, { layer, isAlone: !y && !x });
  if ((y && axes < 1) || (x && axes < 2)) {
    const [has, hint] =
      axes === 0
        ? ["no places: each of its units is one number", "Leave out what follows the @"]
        : ["one axis of places, its tokens", "Write the place as @N: the number of the token"];
    throw new XstarError("bad-argument", `Layer "${layer}" has ${has}`, { hint });
  }
  if (y && !x && axes === 2) {
    throw new XstarError("bad-argument", `A place of layer "${layer}", which has height and width, needs two numbers`, {
      hint: "Write it as @Y,X: the row, then the column",
    });
  }
  if (y && axes > 2) throw wrongCount(layer, axes);
  const chosen = Array.from({ length: axes }, (_, i) => [y, x][i]);
  const spans = chosen.map((index, i) => {
    const length = map.shape[i + 1]!;
    if (!index) return { axis: i + 1, start: Math.floor(length / 2), end: Math.floor(length / 2) + 1 };
    context.limit(index, length, `${i === 0 ? "rows" : "columns"} of layer "${layer}"`);
    const numbers = context.numbersOf(index) ?? [0, length - 1];
    return { axis: i + 1, start: Math.min(...numbers), end: Math.max(...numbers) + 1 };
  });
  return chosen.reduce<Value>(
    (rest, index, i) => {
      const { start, end } = spans[i]!;
      if (end - start === 1) return op.squeeze(rest, [1]);
      return pick(context, rest, 1, start === 0 ? index! : context.countedFrom(start, index!));
    },
    context.part(map, spans),
  );
}

function wrongCount(layer: string, axes: number): XstarError {
  const form = ["N", "Y,X", "Z,Y,X"][axes - 1] ?? Array.from({ length: axes }, (_, i) => `N${i}`).join(",");
  return new XstarError("bad-argument", `Layer "${layer}" has ${axes} ${axes === 1 ? "axis" : "axes"} of places`, {
    hint:
      axes === 0
        ? "Leave out what follows the @"
        : `Write the place as @${form}: each a number, a range such as 0-6, or *`,
  });
}

/** The mean over a part of every axis of places. */
function overPart(
  { op, part: partOf }: ObjectiveContext,
  map: Value,
  at: Places,
  { layer, isAlone }: { readonly layer: string; readonly isAlone: boolean },
): Value {
  if (!isAlone) throw new XstarError("bad-argument", `"at" of layer "${layer}" stands in the place of "y" and "x"`);
  if (at.length !== map.rank - 1) throw wrongCount(layer, map.rank - 1);
  const ranges = at.flatMap((part, i) => {
    const [axis, length] = [i + 1, map.shape[i + 1]!];
    if (part === "*") return [];
    const [start, last] = typeof part === "number" ? [part, part] : part;
    if (last < length) return [{ axis, start, end: last + 1 }];
    const problem = `${last} is out of range: axis ${i} of the places of layer "${layer}" goes from 0 to ${length - 1}`;
    throw new XstarError("bad-argument", problem);
  });
  return op.meanOfEach(partOf(map, ranges));
}

/** The mean of a map over its places, or over those that are given, [batch]. */
export function overPlaces(context: ObjectiveContext, map: Value, at: Place, layer: string): Value {
  return at.y || at.x || at.at ? atPlace(context, map, at, layer) : context.op.meanOfEach(map);
}
