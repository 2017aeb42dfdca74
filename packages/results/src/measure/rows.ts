/** Rows of one length, one after the other. */
export interface Rows {
  readonly count: number;
  readonly data: Float32Array;
}

/** The numbers of one row. */
export const rowOf = ({ count, data }: Rows, i: number): Float32Array => {
  const width = data.length / count;
  return data.subarray(i * width, (i + 1) * width);
};

/** The mean of some rows. */
export function meanOf(rows: Rows, some: Iterable<number>): Float32Array {
  const mean = new Float64Array(rows.data.length / rows.count);
  let count = 0;
  for (const i of some) {
    const row = rowOf(rows, i);
    for (let at = 0; at < mean.length; at++) mean[at]! += row[at]!;
    count++;
  }
  return Float32Array.from(mean, (sum) => sum / Math.max(1, count));
}

/** One matrix of rows of one length. */
export function stacked(rows: readonly ArrayLike<number>[], width: number): Rows {
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, i) => data.set(row, i * width));
  return { count: rows.length, data };
}
