import { didYouMean, nearest, XstarError } from "../errors.js";
import { leftOut, type CutPlace } from "../model/left-out.js";

/** A name, what is chosen of it (`*`, or numbers and ranges with commas), and where in each channel. */
const form = /^(?<name>.+):(?<chosen>\*|\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)(?<place>@[\d,*-]*)?$/;

/**
 * Targets that stand for many become one each, in order and without repetition: `conv2:*` is every channel of a layer,
 * `conv2:0-3,8` are five of them, `conv2:*@` their centre neurons, `logit:*` every class. Others stay as they are.
 *
 * `counts` tells how many units each name has (see `unitCounts`). Throws `unknown-layer`, and `bad-argument` for units
 * that a layer does not have; for what was cut off when the model was imported (see `cutsOf`) `unsupported-model`.
 *
 * @example
 * expandTargets(["conv2:0-2"], new Map([["conv2", 64]])); // ["conv2:0", "conv2:1", "conv2:2"]
 */
export function expandTargets(
  texts: readonly string[],
  counts: ReadonlyMap<string, number>,
  cuts: readonly CutPlace[] = [],
): string[] {
  return [...new Set(texts.flatMap((text) => expandTarget(text, counts, cuts)))];
}

/**
 * Whether a target in words stands for many: `conv2:*`, `conv2:0-3,8`.
 *
 * @example
 * standsForMany("conv2:*"); // true
 */
export function standsForMany(text: string): boolean {
  return /[*,-]/.test(form.exec(text)?.groups?.["chosen"] ?? "");
}

function expandTarget(text: string, counts: ReadonlyMap<string, number>, cuts: readonly CutPlace[]): string[] {
  if (!standsForMany(text)) return [text];
  const { name = "", chosen = "", place = "" } = form.exec(text)!.groups!;
  const count = counts.get(name) ?? counts.get(name.replace(/^"(.*)"$/, "$1"));
  if (count === undefined) {
    const cut = cuts.find(({ lost }) => lost.includes(name));
    throw cut ? leftOut(name, cut) : unknownName(name, text, counts);
  }
  return unitsOf(chosen, count, text).map((unit) => `${name}:${unit}${place}`);
}

function unitsOf(chosen: string, count: number, text: string): number[] {
  if (chosen === "*") return Array.from({ length: count }, (_, i) => i);
  return chosen.split(",").flatMap((part) => {
    const [from, to = from] = part.split("-").map(Number) as [number, number?];
    if (from > to)
      throw new XstarError("bad-argument", `The range ${part} of the target "${text}" ends before it begins`);
    if (to >= count) {
      throw new XstarError(
        "bad-argument",
        `${to} is out of range in the target "${text}": there are ${count}, from 0 to ${count - 1}`,
      );
    }
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

function unknownName(name: string, text: string, counts: ReadonlyMap<string, number>): XstarError {
  const near = nearest(
    name,
    [...counts.keys()].filter((one) => !/\[axis=\d+\]$/.test(one)),
  );
  return new XstarError(
    "unknown-layer",
    `The model has no layer "${name}" with channels, as the target "${text}" asks`,
    {
      hint: `${didYouMean(near)}xstar inspect lists all layers`,
      details: { layer: name, nearest: near },
    },
  );
}
