import { constantNumbers, size, tensor, type DType } from "@xstar/core";
import { reshaped } from "../build/arrays.js";
import { tensorOf, type Attributes, type Builder } from "../build/builder.js";
import { broadcast, rankOf, type Dim, type Symbolic } from "../build/symbolic.js";

/** An operand: a value, or a number that becomes a scalar of the other's type. */
export type Operand = Symbolic | number;

/** Several values in one layout and, but for scalars, of one rank where the layout is channels-first. */
export function aligned(b: Builder, xs: readonly Symbolic[]): Symbolic[] {
  const rank = Math.max(...xs.map(rankOf));
  if (!xs.some((x) => x.isFirst && rankOf(x) === rank)) return xs.map((x) => b.last(x));
  return xs.map((x) => (isScalar(x) ? x : b.first(raised(b, x, rank))));
}

const isScalar = ({ value, dims }: Symbolic) =>
  dims.length === 0 || (value.constant && size(value.constant.shape) === 1);

/** The value with axes of size 1 put in front. */
function raised(b: Builder, x: Symbolic, rank: number): Symbolic {
  const missing = rank - rankOf(x);
  if (missing === 0) return x;
  const dims = [...Array.from({ length: missing }, () => 1), ...x.dims];
  const held = tensorOf(x);
  if (held) return b.derived(x, reshaped(held, dims as number[]));
  const axes = b.ints(Array.from({ length: missing }, (_, i) => i));
  return b.emit("Unsqueeze", [b.last(x), axes], { dims, dtype: x.dtype });
}

/** An operator of one input and output, whatever the layout. */
export function unary(b: Builder, opType: string, x: Symbolic, attributes?: Attributes, dtype = x.dtype): Symbolic {
  return b.emit(opType, [x], { dims: x.dims, dtype, isFirst: x.isFirst }, attributes);
}

const onWholeNumbers: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => Math.trunc(a / b),
  Max: Math.max,
  Min: Math.min,
};

/** What compares; of numbers that are known so is the answer. */
const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  Equal: (a, b) => a === b,
  Greater: (a, b) => a > b,
  GreaterOrEqual: (a, b) => a >= b,
  Less: (a, b) => a < b,
  LessOrEqual: (a, b) => a <= b,
  And: (a, b) => a !== 0 && b !== 0,
  Or: (a, b) => a !== 0 || b !== 0,
};

/** An operator of two inputs, with NumPy broadcasting. */
export function binary(b: Builder, opType: string, left: Operand, right: Operand): Symbolic {
  const beside = (typeof left === "number" ? right : left) as Symbolic;
  const given = [left, right].map((x) => (typeof x === "number" ? scalarLike(b, x, beside.dtype) : x)) as [
    Symbolic,
    Symbolic,
  ];
  const known = knownResult(given, onWholeNumbers[opType]);
  if (known && !known.includes(undefined))
    return b.ints(known as number[], broadcast(given[0].dims, given[1].dims) as number[]);
  const answer = knownAnswer(given, comparisons[opType]);
  if (answer !== undefined) return b.constant(tensor("bool", [Number(answer)], []), "known");
  const [x, y] = aligned(b, given) as [Symbolic, Symbolic];
  const dtype = opType in comparisons ? "bool" : beside.dtype;
  const dims = broadcast(x.dims, y.dims);
  const isFirst = (x.isFirst && rankOf(x) === dims.length) || (y.isFirst && rankOf(y) === dims.length);
  return { ...b.emit(opType, [x, y], { dims, dtype, isFirst }), ...(known && { known }) };
}

export function scalarLike(b: Builder, value: number, dtype: DType): Symbolic {
  return b.scalar(value, dtype === "string" ? "float32" : dtype);
}

function knownResult(
  [x, y]: readonly [Symbolic, Symbolic],
  work?: (a: number, b: number) => number,
): Dim[] | undefined {
  if (!work || !x.known || !y.known || x.dtype !== "int64") return undefined;
  const length = Math.max(x.known.length, y.known.length);
  return Array.from({ length }, (_, i) => {
    const [a, b] = [x.known![i % x.known!.length], y.known![i % y.known!.length]];
    return a === undefined || b === undefined ? undefined : work(a, b);
  });
}

/** Of two numbers, or two answers, that are known. */
function knownAnswer(
  given: readonly Symbolic[],
  compare: ((a: number, b: number) => boolean) | undefined,
): boolean | undefined {
  const [x, y] = given.map(({ dtype, dims, value, known }) => {
    if (dims.length > 0) return undefined;
    return dtype === "int64" ? known?.[0] : constantNumbers(value)?.[0];
  });
  return !compare || x === undefined || y === undefined ? undefined : compare(x, y);
}

/** The opposite of an answer, of a known one so, too. */
export function not(b: Builder, x: Symbolic): Symbolic {
  const known = rankOf(x) === 0 ? constantNumbers(x.value)?.[0] : undefined;
  return known === undefined ? unary(b, "Not", x) : b.constant(tensor("bool", [Number(known === 0)], []), "known");
}

/** Several values joined by an operator of two inputs. */
export function joined(b: Builder, opType: string, xs: readonly Symbolic[]): Symbolic {
  return xs.reduce((total, x) => binary(b, opType, total, x));
}

export function where(b: Builder, condition: Symbolic, yes: Symbolic, no: Symbolic): Symbolic {
  const [c, x, y] = aligned(b, [condition, yes, no]) as [Symbolic, Symbolic, Symbolic];
  const dims = broadcast(c.dims, x.dims, y.dims);
  const isFirst = [c, x, y].some((one) => one.isFirst && rankOf(one) === dims.length);
  return b.emit("Where", [c, x, y], { dims, dtype: x.dtype, isFirst });
}

export function clip(b: Builder, x: Symbolic, low?: number, high?: number): Symbolic {
  const bound = (value?: number) => (value === undefined ? undefined : scalarLike(b, value, x.dtype));
  return b.emit("Clip", [x, bound(low), bound(high)], x);
}

/** Numbers of the TensorProto types that Cast takes. */
const castNumbers: Readonly<Partial<Record<DType, number>>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
};

const narrow: ReadonlySet<DType> = new Set<DType>(["uint8", "int8", "int16", "int32"]);

/** Whole numbers as everything inside of a network has them; inputs keep the type that the file declares. */
export const widened = (b: Builder, x: Symbolic): Symbolic => (narrow.has(x.dtype) ? cast(b, x, "int64") : x);

export function cast(b: Builder, x: Symbolic, dtype: DType): Symbolic {
  if (x.dtype === dtype) return x;
  if (dtype === "int64" && x.known) return { ...x, dtype };
  const held = tensorOf(x);
  if (held && dtype === "float32" && held.data.length <= 64)
    return b.constant(tensor("float32", Array.from(held.data as ArrayLike<number | bigint>, Number), held.shape));
  return unary(b, "Cast", x, { to: castNumbers[dtype]! }, dtype);
}
