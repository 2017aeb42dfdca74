import { describe, expect, it } from "vitest";
import { createRng } from "../rng.js";
import { eigen } from "./eigen.js";
import { inverse } from "./matrix.js";

const times = (a: ArrayLike<number>, b: ArrayLike<number>, n: number) =>
  Array.from({ length: n * n }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += a[Math.floor(at / n) * n + k]! * b[k * n + (at % n)]!;
    return sum;
  });
const expectClose = (found: readonly number[], wanted: readonly number[]) =>
  wanted.forEach((x, i) => expect(found[i]).toBeCloseTo(x, 6));
const identity = (n: number) => Array.from({ length: n * n }, (_, at) => Number(at % (n + 1) === 0));

describe.each([1, 2, 3, 6])("matrices of %d rows", (n) => {
  const matrix = Array.from(createRng(n).normals(n * n));

  it("times their inverse are the identity", () => {
    expectClose(times(matrix, inverse(matrix, n)!, n), identity(n));
  });

  it("without an inverse have none", () => {
    expect(inverse(Array(n * n).fill(0), n)).toBeUndefined();
    const twice = matrix.map((x, at) => (at < n * (n - 1) ? x : matrix[at - n]!));
    if (n > 1) expect(inverse(twice, n)).toBeUndefined();
  });

  it("that are symmetric are made of their eigenvectors, the strongest first", () => {
    const transposed = matrix.map((_, at) => matrix[(at % n) * n + Math.floor(at / n)]!);
    const symmetric = times(matrix, transposed, n);
    const { values, vectors } = eigen(symmetric, n);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    const columns = vectors[0]!.flatMap((_, i) => vectors.map((vector) => vector[i]!));
    expectClose(times(vectors.flat(), columns, n), identity(n));
    const scaled = columns.map((x, at) => x * values[at % n]!);
    expectClose(times(scaled, vectors.flat(), n), symmetric);
  });
});

it("needs rows exchanged where a pivot is 0", () => {
  expectClose([...inverse([0, 2, 4, 0], 2)!], [0, 0.25, 0.5, 0]);
});
