import { zeroBorder } from "../measure/border.js";
import { nameOfClass } from "../pages/explain-words.js";
import { formatPercent } from "../pages/format.js";
import { accuracyOf, largestOf } from "./ask.js";
import { shown, type Check, type CheckContext } from "./check.js";
import { decides, isInBox, meanOf, part, withBox, type Box } from "./regions.js";
import type { Finding } from "./finding.js";

/** The border of a picture erased wider and wider, and all but the border: what of the answer is left. */
export const border: Check = {
  name: "border",
  needsLabels: true,
  async find({ observed, asker }) {
    const { sample, shape } = observed;
    if (sample.length < 20) return [];
    const [, height, width] = shape as [number, number, number];
    const labels = sample.map(({ label }) => label);
    const mean = meanOf(sample.map(({ picture }) => picture));
    const accuracy = async (change: (picture: Float32Array) => Float32Array) =>
      accuracyOf(await asker.ask(sample.map(({ picture }) => change(picture))), labels);
    const side = Math.min(height, width);
    const widths = [0, 1, 2, 3, 4].map((k) => Math.round((k * side) / 14));
    const points: [number, number][] = [];
    for (const pixels of widths) {
      const level = meanLevel(mean);
      points.push([pixels, 100 * (await accuracy((picture) => zeroBorder(picture, height, width, pixels, level)))]);
    }
    const rim = Math.round(side / 7);
    const middle = { top: rim, left: rim, height: height - 2 * rim, width: width - 2 * rim };
    const alone = await accuracy((picture) => withBox(picture, mean, shape, middle));
    const counts = new Map<number, number>();
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    const chance = Math.max(...counts.values()) / labels.length;
    const whole = points[0]![1] / 100;
    const rests = alone > chance + 0.3 * (whole - chance) && alone > 2 * chance;
    return [
      {
        check: "border",
        severity: rests ? "serious" : "fine",
        title: rests
          ? `It knows ${formatPercent(alone)} of the pictures by their border alone`
          : `Without the middle it is right ${formatPercent(alone)} of the time, where guessing gives ${formatPercent(chance)}: it does not know pictures by their border`,
        detail: `In ${sample.length} pictures everything but a border of ${rim} pixels was replaced by the mean picture: ${formatPercent(alone)} were still right, where guessing gives ${formatPercent(chance)} and whole pictures ${formatPercent(whole)}. The curve shows the opposite: the border erased, wider and wider.`,
        advice: rests
          ? "Look for a frame, a stamp or a background that goes with the classes, and take it out of the pictures to train with"
          : undefined,
        numbers: { borderAlone: alone, chance, whole },
        curve: {
          title: "Right, when the border is erased",
          xLabel: "pixels",
          yLabel: "right, %",
          series: [{ name: "accuracy", points }],
        },
      },
    ];
  },
};

const meanLevel = (mean: Float32Array) => mean.reduce((a, b) => a + b, 0) / mean.length;

/** Pictures of a class that patches are cut out of, and pictures that they are put into: at first, and to confirm. */
const [donorsPerClass, firstHosts, lastHosts] = [6, 6, 48];
/** Patches that are confirmed. */
const mostConfirmed = 10;
/** Pictures that the network is asked about, at first. */
const mostAsked = 24_000;
/**
 * A patch that looks the same wherever it is, and takes such a share of other pictures along, is a stamp, even where it does not decide:
 * its pixels differ among the donors less than so much of what they differ from those of other pictures.
 */
const [pulls, same] = [0.2, 0.75];

/** A patch that decides: where it is put into pictures of other classes, they are taken for its own. */
export const cues: Check = {
  name: "cues",
  needsLabels: true,
  async find(context) {
    const { observed, training, labels } = context;
    const found = [await cueIn(context, observed, false), ...(training ? [await cueIn(context, training, true)] : [])];
    return found.flatMap((cue): Finding[] => {
      if (!cue) return [];
      const { flips, asked, donors, box, target, from, isTraining, lost } = cue;
      const share = flips / asked;
      const isDeciding = decides(share, lost);
      const name = nameOfClass(target, labels);
      const area = (box.height * box.width) / (observed.shape[1]! * observed.shape[2]!);
      return [
        {
          check: "cue",
          severity: isDeciding ? "serious" : "warning",
          title: `A patch of ${formatPercent(area)} of the picture ${isDeciding ? "decides" : "counts for too much"}: put into other pictures, ${formatPercent(share)} of them are taken for ${name}`,
          detail: `The patch of ${box.height} x ${box.width} pixels at row ${box.top}, column ${box.left} was cut out of ${donors.length} pictures and put into ${asked} pictures of other classes; ${flips} changed to the donor's class. Erased from its own pictures, it changes ${formatPercent(lost)} of the answers.`,
          advice:
            "Look at the pictures below for what they share there (a stamp, a logo, a dead pixel), and take it out of the pictures to train with",
          numbers: { flips, asked, share, lost, area, top: box.top, left: box.left },
          pictures: donors.slice(0, 12).map((at) => shown(from, at, labels, isTraining)),
        },
      ];
    });
  },
};

async function cueIn({ asker, observed, signal }: CheckContext, from: CheckContext["observed"], isTraining: boolean) {
  const { sample, shape } = from;
  const own = observed.sample;
  if (sample.length < 20 || own.length < 20) return undefined;
  const [, height, width] = shape as [number, number, number];
  const mean = meanOf(sample.map(({ picture }) => picture));
  const spread = meanOf(sample.map(({ picture }) => picture.map((x, i) => Math.abs(x - mean[i]!))));
  const answers = await asker.ask(own.map(({ picture }) => picture));
  const hosts = own.filter(({ label }, i) => largestOf(answers[i]!) === label);
  if (hosts.length < 10) return undefined;
  const classes = [...new Set(sample.map(({ label }) => label))].slice(0, 10);
  const boxes = boxesOn([height, width], Math.max(1, Math.floor(mostAsked / (firstHosts * classes.length))));
  const half = Math.floor(hosts.length / 2);
  /** Pictures of other classes, with a patch of a class. */
  const mixedWith = (box: Box, target: number, donors: typeof sample, into: typeof own, most: number) =>
    into
      .filter(({ label }) => label !== target)
      .slice(0, most)
      .map(({ picture }, i) => withBox(picture, donors[i % donors.length]!.picture, shape, box));
  const tried: { box: Box; target: number; share: number; donors: typeof sample }[] = [];
  for (const box of boxes) {
    signal?.throwIfAborted();
    // pictures differ most from the mean where a stamp was put on them
    const ranked = sample
      .map((one) => ({ ...one, unusual: boxDistance(one.picture, mean, spread, shape, box) }))
      .toSorted((a, b) => b.unusual - a.unusual);
    const made = classes.flatMap((target) => {
      const donors = ranked.filter(({ label }) => label === target).slice(0, 2 * donorsPerClass);
      if (donors.length < 2) return [];
      const mixed = mixedWith(box, target, donors.slice(0, donorsPerClass), hosts.slice(0, half), firstHosts);
      return [{ target, donors, mixed }];
    });
    const answered = await asker.ask(made.flatMap(({ mixed }) => mixed));
    for (const { target, donors, mixed } of made) {
      const flips = answered.splice(0, mixed.length).filter((row) => largestOf(row) === target).length;
      tried.push({ box, target, share: flips / Math.max(1, mixed.length), donors });
    }
  }
  // the best of many tries is luck in part: it is tried again with other pictures
  const confirmed = [];
  for (const { box, target, donors } of tried.toSorted((a, b) => b.share - a.share).slice(0, mostConfirmed)) {
    const others = donors.length > donorsPerClass ? donors.slice(donorsPerClass) : donors;
    const mixed = mixedWith(box, target, others, hosts.slice(half), lastHosts);
    const flips = (await asker.ask(mixed)).filter((row) => largestOf(row) === target).length;
    const before = await asker.ask(donors.map(({ picture }) => picture));
    const erased = await asker.ask(donors.map(({ picture }) => withBox(picture, mean, shape, box)));
    const lost = erased.filter((row, i) => largestOf(row) !== largestOf(before[i]!)).length / donors.length;
    const asked = mixed.length;
    const isStamp = flips / asked >= pulls && isSameAmong(donors, hosts, shape, box);
    if (asked >= 8 && (isStamp || decides(flips / asked, lost)))
      confirmed.push({ flips, asked, lost, box, donors: donors.map(({ at }) => at), target });
  }
  const [best] = confirmed.toSorted((a, b) => b.flips / b.asked - a.flips / a.asked);
  return best && { ...best, from, isTraining };
}

/** Whether a patch is more alike among its donors than they are like others there. */
function isSameAmong(
  donors: readonly { readonly picture: Float32Array }[],
  others: readonly { readonly picture: Float32Array }[],
  shape: readonly number[],
  box: Box,
): boolean {
  const patches = (all: typeof donors) => all.map(({ picture }) => picture.filter((_, at) => isInBox(at, shape, box)));
  const [own, beside] = [patches(donors), patches(others)];
  const apart = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + Math.abs(x - b[i]!), 0);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  const within = mean(own.flatMap((a, i) => own.slice(0, i).map((b) => apart(a, b))));
  return within <= same * mean(own.flatMap((a) => beside.map((b) => apart(a, b))));
}

/** Patches all over a picture, at most so many: every half of their side, or further apart. */
function boxesOn([height, width]: readonly [number, number], most: number): Box[] {
  const [tall, wide] = [Math.ceil(height / part), Math.ceil(width / part)];
  for (let step = 0.5; ; step += 0.25) {
    const along = (length: number, side: number) => {
      const by = Math.max(1, Math.round(step * side));
      const starts = Array.from({ length: Math.ceil((length - side) / by) + 1 }, (_, i) =>
        Math.min(i * by, length - side),
      );
      return [...new Set(starts)];
    };
    const tops = along(height, tall);
    const lefts = along(width, wide);
    if (tops.length * lefts.length > most && step < part) continue;
    return tops.flatMap((top) => lefts.map((left) => ({ top, left, height: tall, width: wide })));
  }
}

/** How far a cell lies from the mean picture, in usual distances. */
function boxDistance(
  picture: Float32Array,
  mean: Float32Array,
  spread: Float32Array,
  [channels, height, width]: readonly number[],
  box: Box,
): number {
  let sum = 0;
  for (let c = 0; c < channels!; c++) {
    for (let y = box.top; y < box.top + box.height; y++) {
      for (let x = box.left; x < box.left + box.width; x++) {
        const at = (c * height! + y) * width! + x;
        sum += Math.abs(picture[at]! - mean[at]!) / (spread[at]! + 0.02);
      }
    }
  }
  return sum;
}

/** Whether the brightness or the colour of pictures decides: it is changed to that of another class. */
export const tint: Check = {
  name: "tint",
  needsLabels: true,
  async find({ observed, asker, labels }) {
    const { sample, shape } = observed;
    const [channels] = shape as [number];
    const classes = [...new Set(sample.map(({ label }) => label))];
    if (classes.length < 2 || sample.length < 20) return [];
    const plane = sample[0]!.picture.length / channels;
    // the level of the background: the median of each channel
    const levelOf = (picture: Float32Array) =>
      Array.from(
        { length: channels },
        (_, c) => Float32Array.from(picture.subarray(c * plane, (c + 1) * plane)).sort()[plane >> 1]!,
      );
    const levels = new Map(
      classes.map((label) => {
        const own = sample.filter((one) => one.label === label).map(({ picture }) => levelOf(picture));
        return [
          label,
          Array.from({ length: channels }, (_, c) => own.reduce((sum, one) => sum + one[c]!, 0) / own.length),
        ] as const;
      }),
    );
    const answers = await asker.ask(sample.map(({ picture }) => picture));
    const hosts = sample.filter(({ label }, i) => largestOf(answers[i]!) === label);
    if (hosts.length < 10) return [];
    const mixed = hosts.map(({ picture, label }, i) => {
      const others = classes.filter((one) => one !== label);
      const target = others[i % others.length]!;
      const [now, wanted] = [levelOf(picture), levels.get(target)!];
      const shifted = picture.map((x, at) => {
        const c = Math.floor(at / plane);
        return Math.min(1, Math.max(0, x + wanted[c]! - now[c]!));
      });
      return { target, shifted };
    });
    const after = await asker.ask(mixed.map(({ shifted }) => shifted));
    const flips = after.filter((row, i) => largestOf(row) === mixed[i]!.target).length;
    const share = flips / hosts.length;
    if (share < 0.25) return [];
    const [strongest] = mixed.filter((one, i) => largestOf(after[i]!) === one.target);
    return [
      {
        check: "tint",
        severity: "serious",
        title: `The shade of the background decides: given that of another class, ${formatPercent(share)} of the pictures are taken for it`,
        detail: `The level of the background of ${hosts.length} pictures was moved to that of another class and nothing else was changed; ${flips} answers changed to that class${strongest ? `, such as to ${nameOfClass(strongest.target, labels)}` : ""}.`,
        advice: "Give all classes the same backgrounds, or change brightness and colour at random while training",
        numbers: { flips, asked: hosts.length, share },
      },
    ];
  },
};
