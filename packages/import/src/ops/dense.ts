import type { Builder } from "../build/builder.js";
import { broadcast, rankOf, type Symbolic } from "../build/symbolic.js";
import { binary } from "./elementwise.js";
import { reshape } from "./shapes.js";
import { conv } from "./windows.js";

/** x times a kernel [in, out], plus a bias: on pictures a convolution of one pixel. */
export function dense(b: Builder, x: Symbolic, kernel: Symbolic, bias?: Symbolic): Symbolic {
  const rank = rankOf(x);
  if (x.isFirst && rank > 3) {
    const window = reshape(b, kernel, [...Array.from({ length: rank - 2 }, () => 1), ...(kernel.dims as number[])]);
    return conv(b, x, window, { padding: "valid", bias });
  }
  const dims = [...x.dims.slice(0, -1), kernel.dims[1]];
  if (rank === 2 && bias) return b.emit("Gemm", [x, kernel, bias], { dims });
  const product = b.emit("MatMul", [b.last(x), kernel], { dims });
  return bias ? binary(b, "Add", product, bias) : product;
}

/** NumPy's matmul. */
export function matMul(b: Builder, left: Symbolic, right: Symbolic): Symbolic {
  const [x, y] = [b.last(left), b.last(right)];
  const batch = broadcast(x.dims.slice(0, -2), y.dims.slice(0, -2));
  return b.emit("MatMul", [x, y], { dims: [...batch, x.dims.at(-2), y.dims.at(-1)] });
}

export function einsum(b: Builder, equation: string, xs: readonly Symbolic[]): Symbolic {
  const explicit = withoutEllipsis(equation.replaceAll(" ", ""), xs);
  const [left, right] = explicit.split("->") as [string, string];
  const sizes = new Map<string, number | undefined>();
  left.split(",").forEach((term, i) => [...term].forEach((letter, axis) => sizes.set(letter, xs[i]!.dims[axis])));
  const dims = [...right].map((letter) => sizes.get(letter));
  return b.emit(
    "Einsum",
    xs.map((x) => b.last(x)),
    { dims },
    { equation: explicit },
  );
}

/** An ellipsis written out with capital letters. */
function withoutEllipsis(equation: string, xs: readonly Symbolic[]): string {
  if (!equation.includes("...")) return equation;
  const terms = equation.split("->")[0]!.split(",");
  const i = terms.findIndex((term) => term.includes("..."));
  const count = rankOf(xs[i]!) - (terms[i]!.length - 3);
  return equation.replaceAll("...", "ABCDEFGH".slice(0, count));
}
