import { XstarError } from "../../errors.js";
import type { Node, Value } from "../../ir/graph.js";
import type { Ops } from "../../ir/ops/index.js";
import { tensor } from "../../tensor.js";
import type { VjpRule, VjpRules } from "../vjp.js";

/** The labels of each operand and of the result, `...` written out as capital letters that nobody uses. */
function labelsOf(node: Node, inputs: readonly Value[]): { operands: string[][]; result: string[] } {
  const equation = node.string("equation", "").replace(/\s/g, "");
  const [left, right] = equation.split("->") as [string, string | undefined];
  const free = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].filter((letter) => !equation.includes(letter));
  const terms = left.split(",");
  const hidden = (i: number) => inputs[i]!.rank - terms[i]!.replace("...", "").length;
  const broadcast = Math.max(0, ...terms.map((term, i) => (term.includes("...") ? hidden(i) : 0)));
  const dots = (count: number) => free.slice(broadcast - count, broadcast);
  const write = (term: string, count: number) => [...term.replace("...", dots(count).join(""))];
  const operands = terms.map((term, i) => write(term, hidden(i)));
  if (right !== undefined) return { operands, result: write(right, broadcast) };
  const all = [...left.replace(/\.\.\.|,/g, "")].sort();
  const once = all.filter((label) => all.indexOf(label) === all.lastIndexOf(label));
  return { operands, result: [...dots(broadcast), ...once] };
}

/**
 * The cotangent of one operand is the Einsum of the result's cotangent with the other operands. A label that only this
 * operand has was summed over: its cotangent is the same all along. A repeated label took the diagonal.
 */
const einsum: VjpRule = (g, { op, node, inputs, needs }) => {
  const { operands, result } = labelsOf(node, inputs);
  const sizes = new Map<string, number>();
  operands.forEach((labels, i) =>
    labels.forEach((label, at) => sizes.set(label, Math.max(sizes.get(label) ?? 1, inputs[i]!.shape[at]!))),
  );
  const stray = result.find((label) => !sizes.has(label));
  if (stray !== undefined) {
    throw new XstarError(
      "bad-model",
      `Node "${node.label}" (Einsum) puts "${stray}" into its result, which none of its operands has`,
    );
  }
  const dims = (labels: readonly string[]) => labels.map((label) => sizes.get(label)!);
  return inputs.map((x, i) => {
    if (!needs(i)) return null;
    const others = inputs.map((_, j) => j).filter((j) => j !== i);
    const seen = new Set([...result, ...others.flatMap((j) => operands[j]!)]);
    const own = [...new Set(operands[i])];
    const kept = own.filter((label) => seen.has(label));
    const terms = [result, ...others.map((j) => operands[j]!)];
    const equation = `${terms.map((term) => term.join("")).join(",")}->${kept.join("")}`;
    // a result's label of size 1 may stand for more: every operand but this one had one element
    const factors = [op.expand(g, dims(result)), ...others.map((j) => inputs[j]!)];
    const found = (label: string) => Math.max(...terms.map((term, at) => factors[at]!.shape[term.indexOf(label)] ?? 1));
    const slope = op.einsum(equation, factors, kept.map(found));
    const spread = op.reshape(
      slope,
      own.map((label) => (kept.includes(label) ? found(label) : 1)),
    );
    const whole = op.expand(spread, dims(own));
    return operands[i]!.length === own.length ? whole : onDiagonal(op, whole, own, operands[i]!, x.shape);
  });
};

/** Puts what has each label once where the repeated labels are equal, zeros elsewhere. */
function onDiagonal(
  op: Ops,
  x: Value,
  own: readonly string[],
  labels: readonly string[],
  shape: readonly number[],
): Value {
  const last = (label: string) => labels.lastIndexOf(label);
  const order = own.map((_, i) => i).sort((a, b) => last(own[a]!) - last(own[b]!));
  const spread = op.reshape(
    op.transpose(x, order),
    labels.map((label, at) => (last(label) === at ? shape[at]! : 1)),
  );
  return labels.reduce((masked, label, at) => {
    const other = last(label);
    if (other === at) return masked;
    const n = shape[at]!;
    const eye = Float32Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0));
    const mask = op.constant(
      tensor(
        "float32",
        eye,
        labels.map((_, i) => (i === at || i === other ? n : 1)),
      ),
      "diagonal",
    );
    return op.mul(masked, op.cast(mask, x.dtype));
  }, spread);
}

/** d det = the cofactors: the signed determinants of what is left without a row and a column. */
const determinant: VjpRule = (g, { op, inputs: [x] }) => {
  const { shape, rank, dtype } = x!;
  const n = shape.at(-1)!;
  const slope = op.unsqueeze(g, [-1, -2]);
  if (n === 1) return [slope];
  const others = Array.from({ length: n * (n - 1) }, (_, i) => {
    const [left, at] = [Math.floor(i / (n - 1)), i % (n - 1)];
    return at < left ? at : at + 1;
  });
  const index = op.constant(tensor("int64", others, [n, n - 1]), "others");
  const minors = op.gather(op.gather(x!, index, rank - 2), index, rank);
  const lead = shape.slice(0, -2);
  const batch = lead.map((_, i) => i);
  const ordered = op.transpose(minors, [...batch, rank - 2, rank, rank - 1, rank + 1]);
  const determinants = op.emit("Det", [ordered], [{ dtype, shape }])[0]!;
  const signs = Array.from({ length: n * n }, (_, i) => ((Math.floor(i / n) + (i % n)) % 2 === 0 ? 1 : -1));
  const cofactors = op.mul(determinants, op.cast(op.constant(tensor("float32", signs, [n, n]), "signs"), dtype));
  return [op.mul(slope, cofactors)];
};

export const tensorAlgebra = { Einsum: einsum, Det: determinant } satisfies VjpRules;
