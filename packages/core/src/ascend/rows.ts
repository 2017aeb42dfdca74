import type { Tensors } from "../define/definition.js";
import type { Tensor } from "../tensor.js";

/** The rows of the first axis of `a`, or of `b` where it is chosen. */
export function withRows<T extends Tensor>(a: T, b: T, chosen: readonly boolean[]): T {
  if (!chosen.includes(false)) return b;
  const from = b.data as Float32Array;
  const data = (a.data as Float32Array).slice();
  const each = data.length / chosen.length;
  chosen.forEach((isChosen, k) => {
    if (isChosen) data.set(from.subarray(k * each, (k + 1) * each), k * each);
  });
  return { ...a, data };
}

/** Of states the rows of `a`, or of `b` where it is chosen; what pictures share has no rows, and is that of `b`. */
export function withRowsOfAll(a: Tensors, b: Tensors, chosen: readonly boolean[]): Tensors {
  if (!chosen.includes(true)) return a;
  return Object.fromEntries(
    Object.entries(b).map(([name, t]) => [name, hasRows(t, chosen.length) ? withRows(a[name]!, t, chosen) : t]),
  );
}

/** The numbers of `a`, or of `b` where it is chosen. */
export function withNumbers(a: Float32Array, b: Float32Array, chosen: readonly boolean[]): Float32Array {
  return chosen.includes(true) ? a.map((x, k) => (chosen[k] ? b[k]! : x)) : a;
}

/** Whether each picture's rows are finite in all tensors; what pictures share counts for each of them. */
export function finiteRows(tensors: Iterable<Tensor>, batch: number): boolean[] {
  const finite = Array.from({ length: batch }, () => true);
  for (const t of tensors) {
    const data = t.data as Float32Array;
    const each = data.length / batch;
    const isShared = !hasRows(t, batch);
    const whole = isShared && isFinitePart(data, 0, data.length);
    finite.forEach((is, k) => (finite[k] = is && (isShared ? whole : isFinitePart(data, k * each, (k + 1) * each))));
  }
  return finite;
}

/** Whether the first axis is that of the pictures: what they share has none. */
export const hasRows = ({ shape }: Tensor, batch: number) => shape[0] === batch;

function isFinitePart(data: Float32Array, from: number, to: number): boolean {
  let sum = 0;
  // far faster than a call for each
  for (let i = from; i < to; i++) {
    const x = data[i]!;
    // 0 for a finite number, no number for any other
    sum += x - x;
  }
  return sum === 0;
}
