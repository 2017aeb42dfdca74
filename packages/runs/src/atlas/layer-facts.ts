import { joinSurveys, nearestRows, unitRows, type AtlasLayerFile, type NearUnit, type Rows } from "@xstar/results";
import type { PictureDone } from "../jobs/picture-file.js";
import { brief, byUnit, isDone, type LayerSources, type UnitState } from "./layer-sources.js";
import { realFacts } from "./real-facts.js";

/** Units near another one that are named. */
const near = 8;
/** Numbers of a curve that are kept. */
const curvePoints = 24;

/** Everything that the pages of a layer say. */
export async function layerFacts(sources: LayerSources): Promise<AtlasLayerFile> {
  const { layer, units, negative, diverse, surveys, weights, runtime } = sources;
  const of = <T>(read: (one: PictureDone) => T): (T | null)[] => units.map((one) => (isDone(one) ? read(one) : null));
  const numberOf = (x: number | undefined) => (x === undefined || !Number.isFinite(x) ? null : brief(x));
  const activationOf = (one: UnitState) => (isDone(one) ? numberOf(one.metrics.activation) : null);
  const made = featuresOf(units);
  const survey = surveys.length > 0 ? joinSurveys(surveys, layer.name) : undefined;
  const means = survey?.layers[layer.name];
  const activations = means && means.units > 0 ? byUnit(means.means, means.units) : undefined;
  const named = async (rows: Rows) => (await nearestRows(rows, near, runtime)).map((all) => all.map(asNear));
  return {
    layer: layer.name,
    status: units.map((one) => (one === undefined ? "waiting" : "failure" in one ? "failed" : "done")),
    start: of(({ curve }) => numberOf(curve[0])),
    end: of(({ curve, step }) => numberOf(curve[step])),
    activation: units.map(activationOf),
    curves: of(({ curve }) => thinned(curve).map(brief)),
    warnings: entries(units, (one) => (isDone(one) && one.warnings.length > 0 ? one.warnings : undefined)),
    failures: entries(units, (one) => (one && "failure" in one ? one.failure : undefined)),
    nearest: {
      ...(made && { pictures: await named(made) }),
      ...(weights && { weights: await named(unitRows(weights)) }),
      ...(activations && { activations: await named(unitRows(activations, true)) }),
    },
    ...(negative && { negative: negative.map(activationOf) }),
    ...(diverse && { diverse: diverse.map((all) => all.map(activationOf)) }),
    ...(survey && means && means.units > 0 && { real: await realFacts(sources, survey, made) }),
  };
}

const asNear = ({ index, cosine }: { readonly index: number; readonly cosine: number }): NearUnit => [
  index,
  Number(cosine.toFixed(3)),
];

function entries<T>(units: readonly UnitState[], read: (one: UnitState) => T | undefined): Record<number, T> {
  const found = units.flatMap((one, i) => {
    const value = read(one);
    return value === undefined ? [] : [[i, value] as const];
  });
  return Object.fromEntries(found);
}

function thinned(curve: readonly number[]): number[] {
  if (curve.length <= curvePoints) return [...curve];
  return Array.from(
    { length: curvePoints },
    (_, i) => curve[Math.round((i * (curve.length - 1)) / (curvePoints - 1))]!,
  );
}

/** Features of the made pictures, as rows of length 1; zeros where there is no picture, undefined where there are none at all. */
function featuresOf(units: readonly UnitState[]): Rows | undefined {
  const length = units.reduce((most, one) => Math.max(most, isDone(one) ? one.features.length : 0), 0);
  if (length === 0) return undefined;
  const data = new Float32Array(units.length * length);
  units.forEach((one, i) => isDone(one) && data.set(one.features, i * length));
  return unitRows({ count: units.length, data });
}
