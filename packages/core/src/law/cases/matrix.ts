import { held, uniform, withZeros, type Case, type CaseAttribute, type Cases } from "../case.js";

const x = (...shape: readonly number[]) => uniform(-1, 1, shape);

const product = (a: readonly number[], b: readonly number[]): Case => ({ inputs: [x(...a), x(...b)] });

const gemm = (
  a: readonly number[],
  b: readonly number[],
  c: readonly number[] | undefined,
  attributes: Readonly<Record<string, CaseAttribute>> = {},
): Case => ({ inputs: [x(...a), x(...b), ...(c ? [x(...c)] : [])], attributes });

const einsum = (equation: string, ...shapes: readonly (readonly number[])[]): Case => ({
  inputs: shapes.map((shape) => x(...shape)),
  attributes: { equation },
});

export const matrix: Cases = {
  MatMul: [
    product([2, 3], [3, 4]),
    product([3], [3]),
    product([3], [3, 4]),
    product([2, 3], [3]),
    product([3], [2, 3, 4]),
    product([2, 4, 3], [3]),
    product([2, 4, 3], [3, 2]),
    product([4, 3], [2, 3, 2]),
    product([2, 1, 4, 3], [5, 3, 2]),
    product([2, 2, 4, 3], [2, 2, 3, 2]),
    { inputs: [x(2, 3), held(x(3, 4))], opset: 7 },
    { inputs: [held(x(2, 3)), x(3, 4)], opset: 9 },
  ],
  Gemm: [
    gemm([2, 3], [3, 4], [4], { alpha: { float: 0.5 }, beta: { float: 2 } }),
    gemm([3, 2], [3, 4], [2, 1], { transA: 1, alpha: { float: 1.5 } }),
    gemm([2, 3], [4, 3], [2, 4], { transB: 1 }),
    gemm([3, 2], [4, 3], undefined, { transA: 1, transB: 1, alpha: { float: 0.7 } }),
    gemm([2, 3], [3, 4], []),
    { ...gemm([2, 3], [4, 3], [4], { transB: 1 }), opset: 7 },
  ],
  Det: [
    { inputs: [x(3, 3)] },
    { inputs: [x(2, 2, 4, 4)], opset: 11 },
    { inputs: [x(2, 2, 2)] },
    { inputs: [x(3, 1, 1)] },
    { inputs: [withZeros(x(3, 3), [0, 1, 2])] },
  ],
  Einsum: [
    einsum("ij,jk->ik", [2, 3], [3, 4]),
    einsum("bij, bjk -> bik", [2, 2, 3], [2, 3, 4]),
    einsum("...ij,...jk->...ik", [2, 2, 3], [2, 3, 4]),
    einsum("...ij,jk", [2, 2, 3], [3, 4]),
    einsum("ij->ji", [2, 3]),
    einsum("ijk->j", [2, 3, 4]),
    einsum("ii->i", [3, 3]),
    einsum("ii", [3, 3]),
    einsum("iji->j", [3, 2, 3]),
    einsum("i,j->ij", [2], [3]),
    einsum("i,i->", [3], [3]),
    einsum("ij,jk,kl->il", [2, 3], [3, 2], [2, 4]),
    einsum("bhqd,bhkd->bhqk", [1, 2, 3, 2], [1, 2, 4, 2]),
    einsum("ab,cd->ac", [2, 3], [4, 2]),
    einsum("i...->...", [2, 3]),
    einsum("ij,jk->ik", [2, 1], [3, 2]),
    einsum("ij,jk->ik", [2, 3], [1, 2]),
    einsum("ij,ij->i", [2, 1], [1, 3]),
    einsum("i,j,ij->", [1], [3], [2, 1]),
    { ...einsum("nchw,co->nohw", [1, 3, 2, 2], [3, 2]), opset: 12 },
  ],
};
