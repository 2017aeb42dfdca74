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

/** Eigenvalues of a symmetric matrix, largest first, with unit eigenvectors of positive sum, by Jacobi rotations. */
export function eigen(symmetric: Matrix, n: number): { values: number[]; vectors: number[][] } {
  const a = Array.from({ length: n }, (_, i) => symmetric.slice(i * n, i * n + n));
  const v = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j)));
  const rotate = (rows: number[][], p: number, q: number, c: number, s: number) => {
    for (const row of rows) [row[p], row[q]] = [c * row[p]! - s * row[q]!, s * row[p]! + c * row[q]!];
  };
  for (let sweep = 0; sweep < 64; sweep++) {
    const off = a.reduce((sum, row, i) => sum + row.reduce((total, x, j) => total + (i === j ? 0 : x * x), 0), 0);
    if (off < 1e-30) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const angle = 0.5 * Math.atan2(2 * a[p]![q]!, a[q]![q]! - a[p]![p]!);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        rotate(a, p, q, c, s);
        const [up, down] = [a[p]!, a[q]!];
        a[p] = up.map((x, j) => c * x - s * down[j]!);
        a[q] = up.map((x, j) => s * x + c * down[j]!);
        rotate(v, p, q, c, s);
      }
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).toSorted((i, j) => a[j]![j]! - a[i]![i]!);
  const column = (j: number) => {
    const found = v.map((row) => row[j]!);
    const sign = found.reduce((sum, x) => sum + x, 0) < 0 ? -1 : 1;
    return found.map((x) => sign * x);
  };
  return { values: order.map((i) => a[i]![i]!), vectors: order.map(column) };
}
