import {
  products,
  separation,
  separations,
  unitRows,
  type LayerSurvey,
  type RealFacts,
  type Rows,
  type Survey,
} from "@xstar/results";
import { brief, byUnit, isDone, type LayerSources, type ShownTiles } from "./layer-sources.js";

/** Shares of the pictures that are less exciting than those of the spread. */
const spread = [1, 0.9, 0.75, 0.5, 0.25, 0];
const parts = 24;
/** Pictures and classes that are shown of a unit, at most. */
const shown = { strongest: 9, classes: 5 };
/** Pictures that a class must have to be told from others. */
const enough = 3;
/** Classes of a network whose table of classes and units is small enough to be read. */
const fewClasses = 50;

/** What real pictures make of the units of a layer; `made` are the features of the pictures that were made for them. */
export async function realFacts(
  { layer, units, features, tiles, surveys, runtime }: LayerSources,
  survey: Survey,
  made: Rows | undefined,
): Promise<RealFacts> {
  const own = survey.layers[layer.name]!;
  const { count, data } = byUnit(own.means, own.units);
  const pictures = survey.pictures.length;
  const means = Array.from({ length: count }, (_, i) => data.subarray(i * pictures, (i + 1) * pictures));
  const sorted = means.map((of) => Uint32Array.from(of.keys()).sort((a, b) => of[b]! - of[a]!));
  const strongest = means.map((_, unit) => strongestOf(own, unit, tiles));
  const classCounts = countsOf(survey.classes);
  const hasClasses = survey.classes.length > 0;
  const areas = hasClasses ? means.map((of) => areasOf(of, survey.classes, classCounts)) : [];
  const activationOf = (unit: number) => {
    const one = units[unit];
    return isDone(one) ? one.metrics.activation : undefined;
  };
  return {
    strongest: strongest.map((all) =>
      all.map(({ picture, peak, place }) => [
        tiles.tileOf(picture),
        brief(peak),
        Math.floor(place / layer.width),
        place % layer.width,
      ]),
    ),
    spread: sorted.map((order, unit) =>
      [...new Set(spread.map((share) => order[Math.round((1 - share) * (order.length - 1))]!))].map((at) => [
        tiles.tileOf(survey.pictures[at]!),
        brief(means[unit]![at]!),
      ]),
    ),
    distribution: means.map(distributionOf),
    percentile: means.map((of, unit) => {
      const value = activationOf(unit);
      return value === undefined ? null : Number((of.filter((one) => one < value).length / of.length).toFixed(4));
    }),
    agreement: await agreements({ survey, surveys, features, strongest, runtime, made, count }),
    classes: hasClasses ? means.map((_, unit) => classesOf(own.contributions, unit, classCounts)) : null,
    wanted: hasClasses ? means.map((_, unit) => classesOf(own.slopes, unit, classCounts)) : null,
    selective: hasClasses ? areas.map(bestOf) : null,
    table: hasClasses ? tableOf(areas) : null,
  };
}

interface StrongPicture {
  readonly picture: number;
  readonly peak: number;
  readonly place: number;
}

function strongestOf({ strongest }: LayerSurvey, unit: number, tiles: ShownTiles): StrongPicture[] {
  const found: StrongPicture[] = [];
  for (let at = unit * strongest.top; at < (unit + 1) * strongest.top && found.length < shown.strongest; at++) {
    const picture = strongest.pictures[at]!;
    if (picture < 0 || tiles.isCopy(picture)) continue;
    found.push({ picture, peak: strongest.peaks[at]!, place: strongest.places[at]! });
  }
  return found;
}

function distributionOf(values: Float32Array): [number, number, ...number[]] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const counts = Array<number>(parts).fill(0);
  for (const value of values)
    counts[high > low ? Math.min(parts - 1, Math.floor((parts * (value - low)) / (high - low))) : 0]!++;
  return [brief(low), brief(high), ...counts];
}

function countsOf(classes: Int32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const one of classes) counts.set(one, (counts.get(one) ?? 0) + 1);
  return new Map([...counts].toSorted(([a], [b]) => a - b));
}

function classesOf(
  byClass: ReadonlyMap<number, Float64Array>,
  unit: number,
  counts: ReadonlyMap<number, number>,
): [number, number][] {
  return [...byClass]
    .map(([index, sums]): [number, number] => [index, sums[unit]! / counts.get(index)!])
    .filter(([, amount]) => amount > 0)
    .toSorted(([a, x], [b, y]) => y - x || a - b)
    .slice(0, shown.classes)
    .map(([index, amount]) => [index, brief(amount)]);
}

/** How well a unit tells each class that has enough pictures from all others. */
function areasOf(values: Float32Array, classes: Int32Array, counts: ReadonlyMap<number, number>): [number, number][] {
  const names = [...counts.keys()];
  const places = new Map(names.map((name, i) => [name, i]));
  const areas = separations(values, (i) => places.get(classes[i]!)!, names.length);
  return areas.flatMap((area, i): [number, number][] =>
    area !== undefined && counts.get(names[i]!)! >= enough ? [[names[i]!, area]] : [],
  );
}

function bestOf(areas: readonly [number, number][]): [number, number] | null {
  const [best] = areas.toSorted(([a, x], [b, y]) => y - x || a - b);
  return best ? [best[0], Number(best[1].toFixed(4))] : null;
}

function tableOf(areas: readonly (readonly [number, number][])[]): RealFacts["table"] {
  const classes = areas[0]?.map(([index]) => index) ?? [];
  if (classes.length === 0 || classes.length > fewClasses) return null;
  return { classes, areas: areas.map((all) => all.map(([, area]) => Math.round(1000 * area))) };
}

interface AgreementSources extends Pick<LayerSources, "surveys" | "features" | "runtime"> {
  readonly survey: Survey;
  readonly strongest: readonly (readonly StrongPicture[])[];
  readonly made: Rows | undefined;
  readonly count: number;
}

/** Whether the pictures that excite a unit are near the one that was made for it, in the network's own features. */
async function agreements({
  survey,
  surveys,
  features,
  strongest,
  made,
  count,
  runtime,
}: AgreementSources): Promise<(number | null)[]> {
  const none = Array<null>(count).fill(null);
  const parts = features === undefined ? [] : surveys.flatMap((one) => one.layers[features] ?? []);
  const pictures = survey.pictures.length;
  if (!made || parts.length < surveys.length || pictures < 2) return none;
  const data = new Float32Array(parts.reduce((length, one) => length + one.means.length, 0));
  let at = 0;
  for (const one of parts) {
    data.set(one.means, at);
    at += one.means.length;
  }
  const places = new Map([...survey.pictures].map((picture, i) => [picture, i]));
  const found: (number | null)[] = [];
  for await (const cosines of products(made, unitRows({ count: pictures, data }), runtime)) {
    const unit = found.length;
    const strong = new Set(strongest[unit]!.map(({ picture }) => places.get(picture)!));
    const isKnown = cosines.some((one) => one !== 0);
    const area = isKnown ? separation(cosines, (i) => strong.has(i)) : undefined;
    found.push(area === undefined ? null : Number(area.toFixed(3)));
  }
  return found;
}
