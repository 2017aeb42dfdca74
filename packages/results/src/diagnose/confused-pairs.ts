import { resizeImage, tensor } from "@xstar/core";
import { nameOfClass } from "../pages/explain-words.js";
import { formatNumber } from "../pages/format.js";
import { judged, shown, type Check, type CheckContext } from "./check.js";
import type { Finding, FoundHeat } from "./finding.js";
import { heatMapsOf } from "./heat-maps.js";
import { kept, makePictures } from "./made-pictures.js";

/** Pairs of classes that are looked into, pictures of each, units that are named, and errors that make a pair. */
const [mostPairs, perPair, mostUnits, fewest] = [3, 3, 8, 2];
/** Pixels along the longer side of a map that is kept. */
const side = 32;

/** What two classes that are confused have in common, and what sets them apart in the pictures that are taken for the wrong one. */
export const confusedPairs: Check = {
  name: "confusedPairs",
  needsLabels: true,
  async find(context) {
    const { observed, labels, signal } = context;
    const pairs = new Map<string, { label: number; taken: number; at: number[] }>();
    for (const { at, label, isRight } of judged(observed)) {
      if (isRight) continue;
      const taken = observed.predicted[at]!;
      const pair = pairs.get(`${label} ${taken}`) ?? { label, taken, at: [] };
      pair.at.push(at);
      pairs.set(`${label} ${taken}`, pair);
    }
    const most = [...pairs.values()]
      .filter(({ at }) => at.length >= fewest)
      .toSorted((a, b) => b.at.length - a.at.length)
      .slice(0, mostPairs);
    const wanted = await picturesOfClasses(context, [...new Set(most.flatMap(({ label, taken }) => [label, taken]))]);
    const findings: Finding[] = [];
    for (const { label, taken, at } of most) {
      signal?.throwIfAborted();
      const [own, other] = [nameOfClass(label, labels), nameOfClass(taken, labels)];
      const shared = sharedUnits(context, label, taken);
      const maps = await contrast(context, label, taken, at);
      findings.push({
        check: "confusedPairs",
        severity: "note",
        title: `${own} and ${other}: what they share, and why ${other} and not ${own}`,
        detail: `Pictures of ${own} that are taken for ${other}${maps.length > 0 ? `; warm is what speaks for ${other} and against ${own}, blue the other way round` : ""}. Below them stands the picture that each of the two classes wants.${shared ? ` In ${shared.layer}, the units of the table answer to both classes more than to others: a picture of one wakes what the other is known by.` : ""}`,
        advice: `xstar maximize MODEL ${shared ? `${shared.layer}:${shared.rows[0]!.unit} shows what wakes the unit that they share most` : `logit:${taken} shows the picture of ${other} at full size`}`,
        numbers: { label, taken, errors: at.length, ...(shared && { sharedUnits: shared.rows.length }) },
        pictures: at
          .slice(0, perPair)
          .map((one, i) => ({ ...shown(observed, one, labels), ...(maps[i] && { heat: maps[i] }) })),
        made: [label, taken].map((one) =>
          kept(wanted.get(one)!, observed.shape, `what ${nameOfClass(one, labels)} wants`),
        ),
        table: shared && {
          columns: [`Unit of ${shared.layer}`, own, other, "all classes"],
          rows: shared.rows.map(({ unit, values }) => [String(unit), ...values.map((x) => formatNumber(x, 3))]),
        },
      });
    }
    return findings;
  },
};

/** The picture that each of some classes wants most. */
async function picturesOfClasses(context: CheckContext, classes: readonly number[]) {
  const made = await makePictures(
    context,
    classes.map((one) => `logit:${one}`),
  );
  return new Map(classes.map((one, i) => [one, made[i]!]));
}

/** Units of the last layer that is looked at which answer to both classes, by the weaker of both answers in deviations from the mean. */
export function sharedUnits({ observed }: Pick<CheckContext, "observed">, label: number, taken: number) {
  const facts = observed.units.at(-1);
  if (!facts || facts.means.length < 20) return undefined;
  const { means, meansAt, layer } = facts;
  const ofClass = (wanted: number) => means.filter((_, i) => observed.labels[meansAt[i]!] === wanted);
  const [own, other] = [ofClass(label), ofClass(taken)];
  if (own.length < 3 || other.length < 3) return undefined;
  const meanOf = (rows: readonly Float32Array[], unit: number) =>
    rows.reduce((sum, row) => sum + row[unit]!, 0) / rows.length;
  const rows = Array.from(facts.most, (_, unit) => {
    const all = meanOf(means, unit);
    const deviation = Math.sqrt(means.reduce((sum, row) => sum + (row[unit]! - all) ** 2, 0) / means.length);
    const values = [meanOf(own, unit), meanOf(other, unit), all] as const;
    const lead = deviation === 0 ? 0 : (Math.min(values[0], values[1]) - all) / deviation;
    return { unit, values, lead };
  });
  const shared = rows
    .filter(({ lead }) => lead > 0.25)
    .toSorted((a, b) => b.lead - a.lead)
    .slice(0, mostUnits);
  return shared.length > 0 ? { layer, rows: shared } : undefined;
}

/** Maps of what speaks for one class and against the other; none where the network has no layer to make them of. */
async function contrast(
  context: CheckContext,
  label: number,
  taken: number,
  at: readonly number[],
): Promise<FoundHeat[]> {
  const { observed, source } = context;
  const [channels, height, width] = observed.shape as [1 | 3, number, number];
  const maps = await heatMapsOf(context, {
    target: `logit:${taken} - logit:${label}`,
    methods: ["integratedGradients:steps=16"],
    pictures: at.slice(0, perPair).map((one) => () => source.read(observed.index[one]!, { channels, height, width })),
  });
  const factor = Math.min(1, side / Math.max(height, width));
  const [tall, wide] = [Math.max(1, Math.round(height * factor)), Math.max(1, Math.round(width * factor))];
  return maps.map(({ map, isSigned }) => {
    const small = resizeImage(tensor("float32", map.data, [1, height, width]), tall, wide).data as Float32Array;
    return { height: tall, width: wide, values: Array.from(small, (x) => Number(x.toPrecision(4))), isSigned };
  });
}
