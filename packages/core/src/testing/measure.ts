import { maximize } from "./plain.js";
import type { MaximizeOptions } from "../ascend/options.js";
import type { Spec } from "../define/spec.js";
import type { LoadedModel } from "../model/load.js";
import { channel } from "../objectives/activation.js";
import { array } from "../starts/starts.js";
import type { Shape } from "../tensor.js";
import { buildModel, open } from "./models.js";

/** A model that gives back its input [1, C, ...] as layer `same`, and its `pooled` channels and `scores`. */
export const mirror = (shape: Shape): LoadedModel =>
  open(
    buildModel(
      (op, x) => ({ same: op.identity(x), pooled: op.globalAveragePool(x), scores: op.flatten(op.mul(x, 1.5)) }),
      { shape },
    ),
  );

/** What objectives say of each of some pictures on the model `mirror`, or on another one with a layer `pooled`. */
export async function measureAll(
  pictures: readonly (readonly number[])[],
  shape: Shape,
  objectives: readonly Spec[],
  { model = mirror(shape), ...options }: MaximizeOptions & { readonly model?: LoadedModel } = {},
): Promise<number[][]> {
  const watch = Object.fromEntries(objectives.map((one, i) => [`o${i}`, one]));
  const start = pictures.map((values) => array({ values }));
  const target = channel({ layer: "pooled", channel: 0 });
  const { last } = await maximize(model, target, { ...options, steps: 0, start, watch }).result;
  return objectives.map((_, i) => Array.from(last.watch[`o${i}`]!));
}

/** What objectives say of one picture. */
export async function measure(
  picture: readonly number[],
  shape: Shape,
  objectives: readonly Spec[],
  options: MaximizeOptions & { readonly model?: LoadedModel } = {},
): Promise<number[]> {
  return (await measureAll([picture], shape, objectives, options)).map(([value]) => value!);
}
