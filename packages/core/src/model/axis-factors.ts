import type { Shape } from "../tensor.js";

/** One of the numbers that the length of an axis is the product of. */
export interface Factor {
  readonly size: number;
  readonly role: "batch" | "unit" | "place";
  /** Of units: made by the latest operator that made any, not what is left of earlier ones. */
  readonly isNew: boolean;
  /** Whether an axis was divided into this and others, or this was taken out of it. */
  readonly isPiece: boolean;
  /** Of units: the operator that made them. */
  readonly by: string | undefined;
  /** Shared by all values that hold the same factor. */
  readonly trace: Trace;
}

interface Trace {
  /** An operator that reads this axis as its channels or features. */
  reader: string | undefined;
  /** What it was divided into. */
  readonly parts: Trace[];
}

/** The factors of one axis, the outermost first. */
export type Axis = readonly Factor[];
export type Layout = readonly Axis[];

const newTrace = (): Trace => ({ reader: undefined, parts: [] });

export const fresh = (length: number, role: "batch" | "place" = "place"): Factor => ({
  size: length,
  role,
  isNew: false,
  isPiece: false,
  by: undefined,
  trace: newTrace(),
});

/** An axis of units that the operator `by` makes. */
export const unitsBy = (by: string, length: number): Axis => [
  { size: length, role: "unit", isNew: true, isPiece: false, by, trace: newTrace() },
];

export const sizeOf = (axis: Axis): number => axis.reduce((product, one) => product * one.size, 1);
export const holdsBatch = (axis: Axis): boolean => axis.some(({ role }) => role === "batch");
export const holdsUnits = (axis: Axis): boolean => axis.some(({ role }) => role === "unit");

/** Whether an axis has factors of another kind besides. */
export const isMerged = (axis: Axis, is: (factor: Factor) => boolean): boolean =>
  axis.some((factor) => factor.size > 1 && !is(factor));

/** The units of an axis as what the latest operator made; undefined where it holds none. */
export const renewed = (axis: Axis): Axis | undefined =>
  holdsUnits(axis)
    ? axis.map((one) => (one.role === "unit" ? { ...one, isNew: true, isPiece: false } : one))
    : undefined;

/** Units that a later operator did not make. */
export const aged = (axis: Axis): Axis => axis.map((one) => (one.isNew ? { ...one, isNew: false } : one));

/** What no longer tells the pictures of a batch apart. */
export const withoutBatch = (layout: Layout): Layout =>
  layout.map((axis) => axis.map((one) => (one.role === "batch" ? fresh(one.size) : one)));

/** Notes that an operator reads an axis as its channels or features. */
export function noteReader(axis: Axis | undefined, by: string): void {
  for (const { trace } of axis ?? []) trace.reader ??= by;
}

/** An axis of another length that still holds the same kind of thing: a slice of it, or padded. */
export function resizedAxis(axis: Axis, length: number): Axis {
  if (sizeOf(axis) === length) return axis;
  const inner = axis.slice(axis.findIndex(({ role }) => role === "batch"));
  if (holdsBatch(axis) && length < sizeOf(axis) && length % sizeOf(inner) === 0)
    return length === sizeOf(inner) ? inner : [fresh(length / sizeOf(inner)), ...inner];
  const units = axis.filter(({ role }) => role === "unit");
  // places with units of an earlier operator among them, such as anchors, are places
  if (units.length === 0 || (isMerged(axis, ({ role }) => role === "unit") && !units.some(({ isNew }) => isNew)))
    return [fresh(length)];
  const { by } = units.find(({ isNew }) => isNew) ?? units[0]!;
  return [{ ...unitsBy(by!, length)[0]!, isNew: units.some(({ isNew }) => isNew), isPiece: length === 1 }];
}

/** Whether it is one unit of several that lay along an axis. */
export const isTakenOut = ({ role, size, isPiece }: Factor): boolean => role === "unit" && size === 1 && isPiece;

/** A batch of 1 can be any axis of 1: where it is among `axes`, it goes to the last such axis that is not. */
export function batchMovedFrom(layout: Layout, axes: readonly number[]): Layout {
  const from = axes.find((axis) => holdsBatch(layout[axis]!));
  const lone = layout.findLastIndex((one, i) => !axes.includes(i) && one.length === 1 && isLone(one[0]!));
  const batch = from === undefined ? undefined : layout[from]!.find(({ role, size }) => role === "batch" && size === 1);
  if (!batch || lone < 0) return layout;
  const rest = layout[from!]!.filter((one) => one !== batch);
  return layout.with(from!, rest).with(lone, [batch]);
}

const isLone = ({ role, size }: Factor): boolean => size === 1 && role === "place";

/**
 * The axes after a reshape, which keeps the order of the elements: factors are taken in turn, divided where an axis ends
 * inside one. Undefined where they do not divide, or where the batch would have to be.
 */
export function reshaped(layout: Layout, shape: Shape): Layout | undefined {
  const factors = layout.flat();
  const axes = dealOut(
    factors.filter((one) => one.size > 1),
    shape,
  );
  return axes && placeOnes(axes, layout, shape);
}

function dealOut(factors: Factor[], shape: Shape): Factor[][] | undefined {
  const axes: Factor[][] = [];
  for (const length of shape) {
    const axis: Factor[] = [];
    let rest = length;
    while (rest > 1) {
      const factor = factors.shift();
      if (!factor) return undefined;
      if (rest % factor.size === 0) {
        axis.push(factor);
        rest /= factor.size;
        continue;
      }
      if (factor.role === "batch" || factor.size % rest !== 0) return undefined;
      const [outer, inner] = divided(factor, rest);
      axis.push(outer);
      factors.unshift(inner);
      rest = 1;
    }
    axes.push(axis);
  }
  return factors.length === 0 ? axes : undefined;
}

/** The batch before units before the rest. */
const importance = ({ role }: Factor) => ["batch", "unit", "place"].indexOf(role);

/**
 * Factors of 1 can go anywhere: each becomes an axis of 1 between the same neighbours, else another such axis; of the
 * rest the batch joins its neighbour, and one unit alone, of which there is nothing to choose, is dropped.
 */
function placeOnes(axes: Factor[][], layout: Layout, shape: Shape): Layout {
  const free = new Map(shape.flatMap((length, i) => (length === 1 ? [[i, before(shape, i)] as const] : [])));
  const factors = layout.flat();
  const sizes = factors.map((one) => one.size);
  const ones = factors.flatMap((factor, i) => (factor.size === 1 ? [{ factor, at: before(sizes, i) }] : []));
  const take = (factor: Factor, axis: number) => free.delete(axis) && axes[axis]!.push(factor);
  const left: typeof ones = [];
  for (const at of new Set(ones.map((one) => one.at))) {
    const here = ones.filter((one) => one.at === at);
    const slots = [...free].filter(([, place]) => place === at).map(([axis]) => axis);
    const first = here.toSorted((a, b) => importance(a.factor) - importance(b.factor)).slice(0, slots.length);
    here.filter((one) => first.includes(one)).forEach(({ factor }, i) => take(factor, slots[i]!));
    left.push(...here.filter((one) => !first.includes(one)));
  }
  for (const { factor, at } of left) {
    const [slot] = free.keys();
    if (slot !== undefined) take(factor, slot);
    else if (factor.role === "batch") joinNeighbour(axes, factor, { at, layout, shape });
  }
  return axes.map((axis) => (axis.length > 0 ? axis : [fresh(1)]));
}

const before = (lengths: readonly number[], i: number) => lengths.slice(0, i).reduce((a, b) => a * b, 1);

/** In front of the axis that begins there, if that one is new or the first; else behind the one that ends there. */
function joinNeighbour(
  axes: Factor[][],
  factor: Factor,
  { at, layout, shape }: { readonly at: number; readonly layout: Layout; readonly shape: Shape },
): void {
  const begins = (lengths: readonly number[]) =>
    lengths.findIndex((length, i) => length > 1 && before(lengths, i) === at);
  const lengths = layout.map(sizeOf);
  const next = begins(shape);
  const isNew = shape[next] !== lengths[begins(lengths)];
  if (next >= 0 && (at === 1 || isNew)) axes[next]!.unshift(factor);
  else axes.findLast((_, i) => before(shape, i) < at || i === 0)?.push(factor);
}

function divided(factor: Factor, outer: number): [Factor, Factor] {
  const [first, last] = [newTrace(), newTrace()];
  factor.trace.parts.push(first, last);
  return [
    { ...factor, size: outer, isNew: false, isPiece: true, trace: first },
    { ...factor, size: factor.size / outer, isPiece: true, trace: last },
  ];
}

/** The axes of what is computed element by element from several values, aligned at the last axis. */
export function broadcastLayout(layouts: readonly Layout[], shape: Shape): Layout {
  return shape.map((length, i) => {
    const some = layouts.flatMap((layout) => {
      const axis = layout[i - shape.length + layout.length];
      return axis && sizeOf(axis) === length ? [axis] : [];
    });
    return some.find(holdsBatch) ?? joined(some) ?? [fresh(length)];
  });
}

/** What axes of the same length hold together: units are the newest only where all of them say so. */
function joined(axes: readonly Axis[]): Axis | undefined {
  const units = axes.filter(holdsUnits);
  const newest = units.find((axis) => axis.some(({ isNew }) => isNew)) ?? units[0];
  if (newest) return units.length === axes.length ? newest : aged(newest);
  return axes.toSorted((a, b) => b.length - a.length)[0];
}
