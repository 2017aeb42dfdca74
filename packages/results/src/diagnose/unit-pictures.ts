import { channel, probe } from "@xstar/core";
import { formatPercent } from "../pages/format.js";
import { batchFor, rowsOf, stacked } from "./ask.js";
import { counted, type Check, type CheckContext } from "./check.js";
import type { Finding } from "./finding.js";
import { fitting, kept, makePictures } from "./made-pictures.js";
import type { UnitFacts } from "./observe.js";

/** Units whose pictures are made, of a network of small pictures and of large ones; fewer say nothing of each other. */
const [ofSmall, ofLarge, fewest] = [24, 8, 4];
/** Real pictures that excite a unit most, and pictures that are needed to know what is strong. */
const [strongest, fewestReal] = [5, 12];
/** So many times the usual deviation from the others makes a unit an outlier. */
const unusual = 5;

/** Answers of the units of each layer in standard deviations from their mean over real pictures. */
type Standardized = (layer: number, row: Float32Array) => Float64Array;

/** The pictures that units want: whether real pictures that excite them most are like them, and whether a unit stands apart. */
export const unitPictures: Check = {
  name: "unitPictures",
  needsLabels: false,
  async find(context) {
    const { observed } = context;
    const layers = observed.units.filter(({ means }) => means.length >= fewestReal);
    const facts = layers.findLast(({ isDense }) => !isDense) ?? layers.at(-1);
    if (!facts) return [];
    const units = someOf(awake(facts), fitting(observed.shape, ofSmall, ofLarge));
    if (units.length < fewest) return [];
    const made = await makePictures(
      context,
      units.map((unit) => channel({ layer: facts.layer, channel: unit })),
    );
    const answers = await answersTo(context, layers, made);
    const standardized = standardizedBy(layers);
    const own = layers.indexOf(facts);
    const real = facts.means.map((row) => standardized(own, row));
    const pictured: Pictured[] = units.map((unit, i) => {
      const best = facts.means.map((row, at) => ({ at, value: row[unit]! })).toSorted((a, b) => b.value - a.value);
      return { unit, made: made[i]!, row: standardized(own, answers[own]![i]!), best: best.slice(0, strongest) };
    });
    return [
      honesty(context, { facts, pictured, real, path: pathOf({ layers, standardized, pictured, answers }) }),
      ...apart(context, facts, pictured),
    ];
  },
};

export interface Pictured {
  readonly unit: number;
  readonly made: Float32Array;
  /** What the layer makes of the picture. */
  readonly row: Float64Array;
  /** The real pictures that excite the unit most, by their row of means. */
  readonly best: readonly { readonly at: number }[];
}

const awake = ({ least, most }: UnitFacts) =>
  Array.from(most, (_, unit) => unit).filter((unit) => most[unit]! - least[unit]! > 1e-6);

const someOf = (all: readonly number[], most: number) =>
  all.filter((_, i) => Math.floor((i * most) / all.length) !== Math.floor(((i - 1) * most) / all.length));

/** The mean of every unit of layers over the places of pictures. */
async function answersTo(
  { model, options, observed }: CheckContext,
  layers: readonly UnitFacts[],
  pictures: readonly Float32Array[],
) {
  const opened = await probe(model, { ...options, batch: batchFor(observed.shape) }, ({ features }) =>
    Object.fromEntries(layers.map(({ layer }, i) => [String(i), features(layer)])),
  );
  try {
    const rows: Float32Array[][] = layers.map(() => []);
    const perRun = opened.shape[0]!;
    for (let from = 0; from < pictures.length; from += perRun) {
      const some = pictures.slice(from, from + perRun);
      const values = await opened.run(stacked(some, opened.shape));
      layers.forEach((_, i) => rows[i]!.push(...rowsOf(values[i]!).slice(0, some.length)));
    }
    return rows;
  } finally {
    await opened.release();
  }
}

function standardizedBy(layers: readonly UnitFacts[]): Standardized {
  const scales = layers.map(({ means }) =>
    Array.from(means[0]!, (_, unit) => {
      const mean = means.reduce((sum, row) => sum + row[unit]!, 0) / means.length;
      return [mean, Math.sqrt(means.reduce((sum, row) => sum + (row[unit]! - mean) ** 2, 0) / means.length)] as const;
    }),
  );
  return (layer, row) =>
    Float64Array.from(row, (x, unit) => {
      const [mean, deviation] = scales[layer]![unit]!;
      return deviation === 0 ? 0 : (x - mean) / deviation;
    });
}

/** The cosine of two rows, without one of their units. */
function cosine(a: Float64Array, b: Float64Array, without = -1): number {
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (i === without) continue;
    dot += a[i]! * b[i]!;
    ofA += a[i]! ** 2;
    ofB += b[i]! ** 2;
  }
  return ofA * ofB === 0 ? 0 : dot / Math.sqrt(ofA * ofB);
}

function middleOf(rows: readonly Float64Array[]): Float64Array {
  const middle = new Float64Array(rows[0]!.length);
  for (const row of rows) row.forEach((x, i) => (middle[i]! += x / rows.length));
  return middle;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

interface Path {
  readonly layer: string;
  /** The cosine of made pictures with the real ones that excite the same unit, and of those with each other. */
  readonly made: number;
  readonly real: number;
}

/** Whether made pictures and real ones that excite the same unit are alike in all layers (Geirhos et al., 2023). */
function pathOf({
  layers,
  standardized,
  pictured,
  answers,
}: {
  readonly layers: readonly UnitFacts[];
  readonly standardized: Standardized;
  readonly pictured: readonly Pictured[];
  readonly answers: readonly (readonly Float32Array[])[];
}): Path[] {
  return layers.map(({ layer, means }, at) => {
    const alike = pictured.map(({ best }, i) => {
      const [first, ...others] = best.map((one) => standardized(at, means[one.at]!));
      const middle = middleOf(others);
      return { made: cosine(standardized(at, answers[at]![i]!), middle), real: cosine(first!, middle) };
    });
    return { layer, made: median(alike.map(({ made }) => made)), real: median(alike.map(({ real }) => real)) };
  });
}

interface Honesty {
  readonly facts: UnitFacts;
  readonly pictured: readonly Pictured[];
  readonly real: readonly Float64Array[];
  readonly path: readonly Path[];
}

/** How far each unit's picture is more like its own strongest real ones than like those of other units; the least so comes first. */
export function agreements(pictured: readonly Pictured[], real: readonly Float64Array[]) {
  const middles = pictured.map(({ best }) => middleOf(best.map(({ at }) => real[at]!)));
  return pictured
    .map(({ unit, made, row, best }, i) => {
      const own = cosine(row, middles[i]!, unit);
      const others = middles.filter((_, j) => j !== i).map((middle) => cosine(row, middle, unit));
      const agreement = others.filter((one) => one < own).length / others.length;
      return { unit, made, best, own, agreement };
    })
    .toSorted((a, b) => a.agreement - b.agreement || a.own - b.own);
}

function honesty({ observed }: CheckContext, { facts, pictured, real, path }: Honesty): Finding {
  const sorted = agreements(pictured, real);
  const doubtful = sorted.filter(({ agreement }) => agreement <= 0.5);
  const at = (row: number) => ({
    index: observed.index[facts.meansAt[row]!]!,
    name: observed.names[facts.meansAt[row]!]!,
  });
  const last = path.at(-1)!;
  return {
    check: "madeAgainstReal",
    severity: doubtful.length > 0 ? "note" : "fine",
    title:
      doubtful.length === 0
        ? `The pictures that units of ${facts.layer} want are like the real ones that excite them most`
        : `Of ${sorted.length} units of ${facts.layer}, ${doubtful.length} ${doubtful.length === 1 ? "wants a picture that is" : "want pictures that are"} no more like the real ones that excite ${doubtful.length === 1 ? "it" : "them"} most than like those of other units`,
    detail: `Of each unit the picture that it wants was made, and its ${strongest} strongest real ones were found. They agree where the other units answer to both alike, more than to the strongest real pictures of other units (the share of these is the agreement). The curve shows through which layers made and real pictures go alike, beside real pictures with each other: in ${last.layer} ${last.made.toFixed(2)} beside ${last.real.toFixed(2)}.`,
    advice:
      doubtful.length > 0
        ? `Do not read the pictures of ${counted(doubtful.length, "unit")} (${doubtful
            .slice(0, 8)
            .map(({ unit }) => unit)
            .join(", ")}${doubtful.length > 8 ? ", ..." : ""}) as what they stand for: look at their real ones`
        : undefined,
    numbers: {
      units: sorted.length,
      doubtful: doubtful.length,
      agreement: median(sorted.map(({ agreement }) => agreement)),
      made: last.made,
      real: last.real,
    },
    made: sorted
      .slice(0, 8)
      .map(({ unit, made, agreement }) =>
        kept(made, observed.shape, `unit ${unit} wants this${agreement <= 0.5 ? " (doubtful)" : ""}`),
      ),
    pictures: sorted.slice(0, 8).map(({ unit, best, agreement }) => ({
      ...at(best[0]!.at),
      caption: `excites unit ${unit} most; agreement ${formatPercent(agreement)}`,
    })),
    table: {
      columns: [`Unit of ${facts.layer}`, "Agreement", "Cosine with its real ones"],
      rows: sorted.map(({ unit, agreement, own }) => [String(unit), formatPercent(agreement), own.toFixed(2)]),
    },
    curve: {
      title: "How alike pictures are on their way through the layers",
      xLabel: "layer",
      yLabel: "cosine",
      series: [
        { name: "made and real", points: path.map(({ made }, i) => [i + 1, made] as const) },
        { name: "real and real", points: path.map(({ real: alike }, i) => [i + 1, alike] as const) },
      ],
    },
  };
}

/** Units that answer to the pictures of all units unlike the others do (DORA of Bykov et al., 2023), the most unlike first. */
export function outliersAmong(pictured: readonly Pictured[]) {
  const answers = pictured.map(({ unit }) => Float64Array.from(pictured, ({ row }) => row[unit]!));
  const distances = answers.map((own, i) => {
    const near = answers.flatMap((other, j) => (j === i ? [] : [1 - cosine(own, other)])).toSorted((a, b) => a - b);
    return near.slice(0, 3).reduce((a, b) => a + b, 0) / Math.min(3, near.length);
  });
  const usual = median(distances);
  const spread = 1.4826 * median(distances.map((one) => Math.abs(one - usual)));
  const outliers = pictured
    .map((one, i) => ({ ...one, distance: distances[i]! }))
    .filter(({ distance }) => spread > 0 && distance > usual + unusual * spread)
    .toSorted((a, b) => b.distance - a.distance);
  return { outliers, usual };
}

function apart({ observed }: CheckContext, { layer }: UnitFacts, pictured: readonly Pictured[]): Finding[] {
  const { outliers, usual } = outliersAmong(pictured);
  if (outliers.length === 0) return [];
  const named = outliers.map(({ unit }) => unit).join(", ");
  return [
    {
      check: "outlierUnits",
      severity: "note",
      title: `${counted(outliers.length, "unit")} of ${layer} ${outliers.length === 1 ? "answers" : "answer"} unlike the others: ${named}`,
      detail: `${pictured.length} units were compared by how they answer to the pictures that all of them want (DORA). Such a unit often stands for something that has nothing to do with the classes: a watermark, a border, a kind of noise.`,
      advice: `Look at what excites it: xstar examples MODEL ${layer}:${outliers[0]!.unit} --dataset FOLDER`,
      numbers: { units: outliers.length, of: pictured.length, distance: outliers[0]!.distance, usual },
      made: outliers.slice(0, 8).map(({ unit, made }) => kept(made, observed.shape, `unit ${unit} wants this`)),
    },
  ];
}
