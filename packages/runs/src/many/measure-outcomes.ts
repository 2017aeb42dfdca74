import { type GivenInputs, type LoadedModel, size, type MaximizeOptions, type Spec, type Tensor } from "@xstar/core";
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
  const { shape } = maximized[0]!.record;
  const measureSome = (some: readonly Maximized[], objective: readonly Spec[], inputs: GivenInputs) => {
    const pictures = stack(some.map(({ picture }) => picture));
    const hasOpacity = shape.length === 4 && pictures.shape[1] === shape[1]! + 1;
    const held = { ...own.inputs, ...inputs };
    return measureEach(model, pictures, { objective, options: { ...own, inputs: held, hasOpacity }, layer, others });
  };
  const isAlone = Object.keys(maximized[0]!.inputs).length === 0;
  const measured = isAlone
    ? await measureSome(maximized, targets, {})
    : await inTurn(maximized, (one, i) =>
        measureSome(
          [one],
          [targets[i]!],
          mapValues(one.inputs, (row) => stack([row])),
        ),
      );
  return measured.map(({ metrics, features }) => ({ picture: metrics, layer, features }));
}

/** What goes with a picture alone, one after the other. */
async function inTurn<T, R>(items: readonly T[], work: (item: T, i: number) => Promise<readonly R[]>): Promise<R[]> {
  const results: R[] = [];
  for (const [i, item] of items.entries()) results.push(...(await work(item, i)));
  return results;
}

const mapValues = <T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));

function stack(pictures: readonly Tensor[]): Tensor {
  const [{ dtype, shape }] = pictures as readonly [Tensor];
  const data = new Float32Array(pictures.length * size(shape));
  pictures.forEach((picture, i) => data.set(picture.data as Float32Array, i * size(shape)));
  return { dtype, shape: [pictures.length, ...shape], data };
}
