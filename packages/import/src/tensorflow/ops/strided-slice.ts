import { rankOf, wholeNumbers, type Symbolic } from "../../build/symbolic.js";
import { beyond, slice, squeeze, unsqueeze, type Part } from "../../ops/shapes.js";
import type { EmitOp, Settings } from "../op.js";

interface Indexing {
  readonly parts: readonly Part[];
  /** Axes of the value that disappear, and places of the result where one is made. */
  readonly single: readonly number[];
  readonly added: readonly number[];
}

/** What x[begin:end:step, ..., None, 3] means, for each axis of x. */
function read(x: Symbolic, lists: readonly (readonly number[])[], op: Settings): Indexing {
  const [begin, end, step] = lists as readonly [number[], number[], number[]];
  const bit = (mask: string, i: number) => (op.int(mask, 0) & (1 << i)) !== 0;
  const fresh = begin.filter((_, i) => bit("new_axis_mask", i) && !bit("ellipsis_mask", i)).length;
  const [parts, single, added]: [Part[], number[], number[]] = [[], [], []];
  let [axis, place] = [0, 0];
  begin.forEach((start, i) => {
    if (bit("ellipsis_mask", i)) {
      const skipped = rankOf(x) - (begin.length - 1 - fresh);
      axis += skipped;
      place += skipped;
      return;
    }
    if (bit("new_axis_mask", i)) return void added.push(place++);
    if (bit("shrink_axis_mask", i)) {
      parts.push({ axis, start, end: start === -1 ? beyond : start + 1 });
      single.push(axis++);
      return;
    }
    const isBack = step[i]! < 0;
    const from = bit("begin_mask", i) ? (isBack ? -1 : 0) : start;
    const to = bit("end_mask", i) ? (isBack ? -beyond : beyond) : end[i]!;
    if (from !== 0 || to !== beyond || step[i] !== 1) parts.push({ axis, start: from, end: to, step: step[i]! });
    axis++;
    place++;
  });
  return { parts, single, added };
}

export const stridedSlice: EmitOp = (b, [x, ...bounds], op) => {
  const lists = bounds.map((one) => wholeNumbers(one, "The bounds of a slice"));
  const { parts, single, added } = read(x!, lists, op);
  const known = x!.known && rankOf(x!) === 1 && added.length === 0 ? knownPart(x!.known, parts) : undefined;
  if (known && !known.includes(undefined)) return b.ints(known as number[], single.length > 0 ? [] : [known.length]);
  const result = unsqueeze(b, squeeze(b, slice(b, x!, parts), single), added);
  return known ? { ...result, known } : result;
};

function knownPart(list: readonly (number | undefined)[], [part]: readonly Part[]): (number | undefined)[] {
  if (!part) return [...list];
  const { start, end, step = 1 } = part;
  const [from, to] = [start < 0 ? start + list.length : start, end < 0 && end > -beyond ? end + list.length : end];
  const found: (number | undefined)[] = [];
  for (let i = from; step > 0 ? i < Math.min(to, list.length) : i > Math.max(to, -1); i += step) found.push(list[i]);
  return found;
}
