import { XstarError } from "../../errors.js";
import { floatTypes, size, tensor, type DType, type Shape, type Tensor } from "../../tensor.js";
import { constantValue, Graph, Node, Value, type Attribute, type LooseType, type ValueType } from "../graph.js";

/**
 * Which formulation to emit where the best or only one differs: `cpu` (also wasm) has variadic Sum and max-pool indices;
 * `webgpu` keeps to operators that ONNX Runtime's WebGPU provider runs itself.
 */
export type Lowering = "cpu" | "webgpu";

/** A value or a number; a number takes the element type of the value beside it. */
export type Operand = Value | number;

/** A float attribute: plain numbers are taken as whole ones. */
export interface FloatAttribute {
  readonly float: number | readonly number[];
}

export type AttributeInput = number | string | readonly number[] | readonly string[] | FloatAttribute | undefined;

export const float = (value: number | readonly number[]): FloatAttribute => ({ float: value });

/** Appends nodes to one graph; the typed operators are built on it. Constants are shared within the graph. */
export class Emitter {
  private readonly constants = new Map<string, Value>();

  constructor(
    readonly graph: Graph,
    readonly lowering: Lowering = "cpu",
    /** Prefix of the names of the values that it makes. */
    readonly scope: string = "xstar",
  ) {}

  /** A node with the outputs that `types` describe; `undefined` leaves an optional output out. */
  emit(
    opType: string,
    inputs: readonly (Value | undefined)[],
    types: readonly (ValueType | undefined)[],
    attributes: Readonly<Record<string, AttributeInput>> = {},
    domain = "",
  ): Value[] {
    const outputs = types.map((type) => type && new Value(this.graph.uniqueName(`${this.scope}/${opType}`), type));
    this.graph.append(new Node(opType, [...inputs], outputs, attributesOf(attributes), domain));
    return outputs as Value[];
  }

  /** `emit` of an operator with one output. */
  one(
    opType: string,
    inputs: readonly (Value | undefined)[],
    dtype: DType,
    shape: Shape,
    attributes?: Readonly<Record<string, AttributeInput>>,
    domain?: string,
  ): Value {
    return this.emit(opType, inputs, [{ dtype, shape }], attributes, domain)[0]!;
  }

  /** `one` where the shape of the result is not known before the graph runs. */
  loose(
    opType: string,
    inputs: readonly (Value | undefined)[],
    dtype: DType,
    attributes: Readonly<Record<string, AttributeInput>> = {},
  ): Value {
    const output = new Value(this.graph.uniqueName(`${this.scope}/${opType}`), undefined, { dtype });
    this.graph.append(new Node(opType, [...inputs], [output], attributesOf(attributes)));
    return output;
  }

  /** `one` of an operator that works element by element, with the shape that its inputs broadcast to, as far as it is known. */
  each(
    opType: string,
    inputs: readonly (Value | undefined)[],
    dtype: DType,
    attributes?: Readonly<Record<string, AttributeInput>>,
  ): Value {
    const given = inputs.filter((input) => input !== undefined);
    return given.every(({ type }) => type)
      ? this.one(opType, inputs, dtype, broadcastShape(...given.map(({ shape }) => shape)), attributes)
      : this.loose(opType, inputs, dtype, attributes);
  }

  /** A node like another one on other inputs, without the attributes of the given names, with those that are `changed`. */
  repeatNode(
    node: Node,
    inputs: readonly (Value | undefined)[],
    types: readonly (ValueType | LooseType | undefined)[],
    without: readonly string[] = [],
    changed: Readonly<Record<string, AttributeInput>> = {},
  ): Value[] {
    const kept = [...node.attributes].filter(([name]) => !without.includes(name));
    const attributes = new Map([...kept, ...attributesOf(changed)]);
    const outputs = types.map((type) => {
      const known = type && "shape" in type ? type : undefined;
      return type && new Value(this.graph.uniqueName(`${this.scope}/${node.opType}`), known, known ? undefined : type);
    });
    this.graph.append(new Node(node.opType, [...inputs], outputs, attributes, node.domain, node.name));
    return outputs as Value[];
  }

  constant(t: Tensor, name = "constant"): Value {
    const small = size(t.shape) <= 64;
    const key = small ? `${t.dtype}[${t.shape}]${contents(t)}` : "";
    const known = small ? this.constants.get(key) : undefined;
    if (known) return known;
    const value = constantValue(this.graph.uniqueName(`${this.scope}/${name}`), t);
    if (small) this.constants.set(key, value);
    return value;
  }

  scalar(value: number, dtype: DType = "float32"): Value {
    return this.constant(tensor(numeric(dtype), [value], []), "scalar");
  }

  ints(values: readonly number[]): Value {
    return this.constant(tensor("int64", values), "ints");
  }

  /** Makes a number a scalar of the type of the value beside it. */
  operand(x: Operand, beside: Operand): Value {
    if (typeof x !== "number") return x;
    if (typeof beside === "number") throw new XstarError("bad-graph", "An operator between two numbers needs no graph");
    return this.scalar(x, beside.dtype);
  }
}

/** The elements as text, different for different elements. */
function contents({ data }: Tensor): string {
  return JSON.stringify(Array.from(data as ArrayLike<unknown>, (x) => (Object.is(x, -0) ? "-0" : String(x))));
}

function numeric(dtype: DType): Exclude<DType, "string"> {
  if (dtype === "string") throw new XstarError("bad-graph", "A string constant cannot be made from a number");
  return dtype;
}

function attributesOf(given: Readonly<Record<string, AttributeInput>>): Map<string, Attribute> {
  return new Map(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, attributeOf(value)]])),
  );
}

function attributeOf(value: Exclude<AttributeInput, undefined>): Attribute {
  if (typeof value === "number") return { kind: "int", value };
  if (typeof value === "string") return { kind: "string", value };
  if (!("float" in value)) {
    return isStrings(value) ? { kind: "strings", value } : { kind: "ints", value: value as readonly number[] };
  }
  return typeof value.float === "number"
    ? { kind: "float", value: value.float }
    : { kind: "floats", value: value.float };
}

const isStrings = (list: readonly number[] | readonly string[]): list is readonly string[] =>
  typeof list[0] === "string";

export function isFloat(value: Value): boolean {
  return value.type !== undefined && floatTypes.has(value.dtype);
}

/** The shape of a result of shapes broadcast against each other as in NumPy. Throws `bad-graph` when they do not fit. */
export function broadcastShape(...shapes: readonly Shape[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    let dim = 1;
    for (const shape of shapes) {
      const own = shape[i - rank + shape.length] ?? 1;
      if (own === 1 || own === dim) continue;
      if (dim !== 1)
        throw new XstarError("bad-graph", `Shapes ${shapes.map((s) => `[${s}]`).join(" and ")} do not broadcast`);
      dim = own;
    }
    return dim;
  });
}

/** An axis counted from the front: -1 of rank 4 is 3. Throws `bad-graph` when it is out of range. */
export function positiveAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || positive < 0 || positive >= Math.max(rank, 1)) {
    throw new XstarError("bad-graph", `Axis ${axis} is out of range for rank ${rank}`);
  }
  return positive;
}
