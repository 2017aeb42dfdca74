import type { Matrix } from "./matrix.js";

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
