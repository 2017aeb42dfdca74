import {
  constantTensor,
  constantValue,
  createOps,
  Graph,
  tensor,
  type DType,
  type Ops,
  type Shape,
  type Tensor,
  type Value,
} from "@xstar/core";
import { transposed } from "./arrays.js";
import { elementCount, inPhysicalOrder, rankOf, toFirst, toLast, type Dim, type Symbolic } from "./symbolic.js";

/** What a node gives. */
export interface Result {
  readonly dims: readonly Dim[];
  /** @default "float32" */
  readonly dtype?: DType;
  /** @default false */
  readonly isFirst?: boolean;
}

export type Attributes = Parameters<Ops["emit"]>[3];

/** Longest list of whole numbers whose elements are followed. */
const longestKnown = 64;

/**
 * Builds one ONNX graph. Values keep the layout that they come in, and are transposed only where an operator needs the
 * other one; both layouts of a value are remembered, so that going back and forth costs nothing.
 */
export class Builder {
  readonly graph: Graph;
  private op: Ops;
  private scope = "";
  /** What was made since the scope was entered. */
  private made = new Set<Value>();
  /** What values are with their axes moved, by the direction. */
  private readonly firsts = new Map<Value, Symbolic>();
  private readonly lasts = new Map<Value, Symbolic>();

  constructor(name: string) {
    this.graph = new Graph(name);
    this.op = createOps(this.graph, "cpu", name);
  }

  /** From here on values are named `scope/Operator`. */
  enter(scope: string): void {
    this.scope = scope;
    this.made = new Set();
    this.op = createOps(this.graph, "cpu", scope);
  }

  input(name: string, dims: readonly Dim[], dtype: DType = "float32"): Symbolic {
    const value = this.graph.input(name, { dtype, shape: dims.map((dim) => dim ?? free) });
    return { value, dtype, dims, isFirst: false };
  }

  /** A constant; its element type is that of the tensor. */
  constant(t: Tensor, name = "constant"): Symbolic {
    const value = this.op.constant(t, name);
    const isList = t.dtype === "int64" && t.shape.length <= 1 && t.data.length <= longestKnown;
    const known = isList && { known: Array.from(t.data as BigInt64Array, Number) };
    return { value, dtype: t.dtype, dims: t.shape, isFirst: false, ...known };
  }

  /** The same constant in another form, under its name: only the one that is read is written. */
  derived(from: Symbolic, t: Tensor): Symbolic {
    const known = from.known && { known: from.known };
    return { value: constantValue(from.value.name, t), dtype: t.dtype, dims: t.shape, isFirst: false, ...known };
  }

  scalar(value: number, dtype: Exclude<DType, "string"> = "float32"): Symbolic {
    return this.constant(tensor(dtype, [value], []), "scalar");
  }

  ints(values: readonly number[], shape: Shape = [values.length]): Symbolic {
    return this.constant(tensor("int64", values, shape), "ints");
  }

  /** A node with one output. */
  emit(
    opType: string,
    inputs: readonly (Symbolic | undefined)[],
    result: Result,
    attributes: Attributes = {},
  ): Symbolic {
    return this.emitMany(opType, inputs, [result], attributes)[0]!;
  }

  emitMany(
    opType: string,
    inputs: readonly (Symbolic | undefined)[],
    results: readonly Result[],
    attributes: Attributes = {},
  ): Symbolic[] {
    const typed = results.map(({ dims, dtype = "float32", isFirst = false }) => ({ dims, dtype, isFirst }));
    const types = typed.map(({ dims, dtype, isFirst }) => ({
      dtype,
      shape: inPhysicalOrder({ dims, isFirst }, dims).map((dim) => dim ?? free),
    }));
    const values = this.op.emit(
      opType,
      inputs.map((input) => input?.value),
      types,
      attributes,
    );
    for (const value of values) this.made.add(value);
    return typed.map((result, i) => ({ ...result, value: values[i]! }));
  }

  /** The value with its channels on axis 1. */
  first(x: Symbolic): Symbolic {
    return x.isFirst || rankOf(x) < 3 ? x : this.moved(x, toFirst(rankOf(x)), true);
  }

  /** The value with its channels at the end, as `dims` has them. */
  last(x: Symbolic): Symbolic {
    return x.isFirst ? this.moved(x, toLast(rankOf(x)), false) : x;
  }

  private moved(x: Symbolic, perm: readonly number[], isFirst: boolean): Symbolic {
    const [there, back] = isFirst ? [this.firsts, this.lasts] : [this.lasts, this.firsts];
    const known = there.get(x.value);
    if (known) return { ...known, dims: x.dims, isFirst };
    const held = tensorOf(x);
    const twin = held
      ? { ...this.derived(x, transposed(held, perm)), dims: x.dims, isFirst }
      : this.move(x, perm, isFirst);
    there.set(x.value, twin);
    back.set(twin.value, x);
    return twin;
  }

  /** Where all but the batch and the channels is 1, a Reshape does it. */
  private move(x: Symbolic, perm: readonly number[], isFirst: boolean): Symbolic {
    const { dims, dtype } = x;
    const channels = dims.at(-1);
    const isFlat = x.value.node !== undefined && channels !== undefined && elementCount(dims.slice(1, -1)) === 1;
    if (!isFlat) return this.emit("Transpose", [x], { dims, dtype, isFirst }, { perm });
    const spec = inPhysicalOrder({ dims, isFirst }, [0, ...dims.slice(1)] as number[]);
    return this.emit("Reshape", [x, this.ints(spec)], { dims, dtype, isFirst });
  }

  /** Gives what the present scope made its name; what it was only handed keeps the one that it has. */
  name(x: Symbolic, name = this.scope): Symbolic {
    if (this.made.has(x.value)) x.value.name = this.graph.uniqueName(name);
    return x;
  }
}

/** A size that `writeModel` leaves free. */
const free = -1;

/** The elements of a constant; undefined for values that are computed. */
export function tensorOf({ value }: Symbolic): Tensor | undefined {
  return constantTensor(value);
}
