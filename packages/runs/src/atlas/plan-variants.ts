import { add, diversity, mul, neg, type Spec } from "@xstar/core";
import type { PicturesJob } from "../jobs/job.js";
import type { AtlasLayer, AtlasPlan } from "./plan-atlas.js";
import { planPictures } from "./plan-layer.js";

/** What is made of each unit besides its picture. */
export interface AtlasVariants {
  /** A picture of what it wants least. */
  readonly negative: boolean;
  /** So many pictures from different starts, kept unlike each other; 0 for none. */
  readonly diverse: number;
}

/** How much it counts that pictures are unlike each other, as in the gallery. */
const unlike = 10;

/** The plan with further pictures of the units of its layers. */
export async function withVariants(plan: AtlasPlan, { negative, diverse }: AtlasVariants): Promise<AtlasPlan> {
  const layers: AtlasLayer[] = [];
  for (const layer of plan.layers) {
    const targets = layer.jobs.flatMap(({ goals }) => goals.map(({ measured, objective }) => measured ?? objective));
    const least = targets.map((target) => neg(target) as Spec<"objective">);
    layers.push({
      ...layer,
      ...(negative && { negative: (await planPictures(layer.name, least, plan.planning, targets)).jobs }),
      ...(diverse > 0 && { diverse: targets.map((target) => diverseJob(layer, target, plan, diverse)) }),
    });
  }
  return { ...plan, layers };
}

function diverseJob(
  { name, shape, directions }: AtlasLayer,
  measured: Spec<"objective">,
  { planning, features }: AtlasPlan,
  count: number,
): PicturesJob {
  // pictures differ in texture, which layers without places do not have
  const compared = shape.length > 1 && !directions ? name : features;
  const objective = planning.objective(
    compared === undefined
      ? measured
      : (add(measured, mul(unlike, diversity({ layer: compared }))) as Spec<"objective">),
  );
  return {
    kind: "pictures",
    ...planning.job,
    goals: Array.from({ length: count }, (_, i) => ({ target: `${name}, picture ${i + 1}`, objective, measured })),
    batch: count,
    streams: Array.from({ length: count }, (_, i) => i),
  };
}
