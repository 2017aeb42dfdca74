import { type LoadedModel, size, type MaximizeOptions, type Spec, type Tensor } from "@xstar/core";
import { featureLayer, measureEach, networksOf } from "@xstar/results";
import type { Maximized, MaximizedMetrics, Outcome } from "./outcome.js";

/**
 * Adds to the pictures of a batch what the networks make of them, each looked at by itself, so that the numbers do not depend
 * on the batch. No picture is lost: that it cannot be measured becomes a warning.
 */
export async function measureOutcomes(
  model: LoadedModel,
  targets: readonly Spec[],
  outcomes: readonly Outcome[],
  options: MaximizeOptions,
): Promise<readonly Outcome[]> {
  const made = outcomes.flatMap((outcome, i) => ("failure" in outcome ? [] : [{ outcome, target: targets[i]! }]));
  if (made.length === 0) return outcomes;
  const measured = await measureAll(
    model,
    made.map(({ target }) => target),
    made.map(({ outcome }) => outcome),
    options,
  ).catch((error: unknown) => String(error instanceof Error ? error.message : error));
  let at = 0;
  return outcomes.map((outcome) => {
    if ("failure" in outcome) return outcome;
    if (typeof measured !== "string") return { ...outcome, metrics: measured[at++]! };
    return { ...outcome, warnings: [...outcome.warnings, `The metrics could not be measured: ${measured}`] };
  });
}

async function measureAll(
  model: LoadedModel,
  targets: readonly Spec[],
  maximized: readonly Maximized[],
  options: MaximizeOptions,
): Promise<MaximizedMetrics[]> {
  const { own, others } = networksOf(model, options);
  const layer = await featureLayer(model, own);
  const pictures = stack(maximized.map(({ picture }) => picture));
  const { shape } = maximized[0]!.record;
  const hasOpacity = shape.length === 4 && pictures.shape[1] === shape[1]! + 1;
  const measured = await measureEach(model, pictures, {
    objective: targets,
    options: { ...own, hasOpacity },
    layer,
    others,
  });
  return measured.map(({ metrics, features }) => ({ picture: metrics, layer, features }));
}

function stack(pictures: readonly Tensor[]): Tensor {
  const [{ dtype, shape }] = pictures as readonly [Tensor];
  const data = new Float32Array(pictures.length * size(shape));
  pictures.forEach((picture, i) => data.set(picture.data as Float32Array, i * size(shape)));
  return { dtype, shape: [pictures.length, ...shape], data };
}
