/** Small square matrices, as rows one after the other. */
export type Matrix = readonly number[];

/** The inverse by Gauss-Jordan elimination with row exchanges; undefined when there is none. */
export function inverse(matrix: ArrayLike<number>, n: number): Matrix | undefined {
  const rows = Array.from({ length: n }, (_, i) =>
    Array.from({ length: 2 * n }, (_, j) => (j < n ? matrix[i * n + j]! : Number(j === n + i))),
  );
  const largest = Math.max(...Array.from(matrix, Math.abs));
  for (let at = 0; at < n; at++) {
    let best = at;
    for (let i = at + 1; i < n; i++) if (Math.abs(rows[i]![at]!) > Math.abs(rows[best]![at]!)) best = i;
    [rows[at], rows[best]] = [rows[best]!, rows[at]!];
    const pivot = rows[at]![at]!;
    if (!(Math.abs(pivot) > largest * 1e-12)) return undefined;
    rows[at] = rows[at]!.map((x) => x / pivot);
    rows.forEach((row, i) => {
      const factor = row[at]!;
      if (i !== at && factor !== 0) rows[i] = row.map((x, j) => x - factor * rows[at]![j]!);
    });
  }
  return rows.flatMap((row) => row.slice(n));
}

/** The longest column becomes 1 long. */
export function normalized(matrix: Matrix, n: number): Matrix {
  const lengths = Array.from({ length: n }, (_, j) =>
    Math.hypot(...Array.from({ length: n }, (_, i) => matrix[i * n + j]!)),
  );
  return matrix.map((x) => x / Math.max(...lengths));
}
