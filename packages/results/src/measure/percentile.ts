/**
 * Where a number stands among others, from 0 (below all) to 100 (above all): the share that is smaller, and half of those
 * that are equal. Undefined where there are none to stand among.
 *
 * @example
 * percentileOf(3, [1, 2, 3, 4]); // 62.5
 */
export function percentileOf(value: number, among: ArrayLike<number>): number | undefined {
  let below = 0;
  for (let i = 0; i < among.length; i++) below += among[i]! < value ? 1 : among[i] === value ? 0.5 : 0;
  return among.length === 0 ? undefined : (100 * below) / among.length;
}
