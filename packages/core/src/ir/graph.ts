import { XstarError } from "../errors.js";
import { Names } from "./names.js";
import { elementBytes, numbers, size, viewBytes, type DType, type Shape, type Tensor } from "../tensor.js";

/** Element type and static shape of a value. */
export interface ValueType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** What is known of a value whose shape depends on the elements of what the graph is given: not its shape. */
export interface LooseType {
  readonly dtype: DType;
  /** Undefined for a dimension that is not known before the graph runs, or for all of them. */
  readonly dims?: readonly (number | undefined)[] | undefined;
}

/** Where the bytes of a constant are: in memory (little-endian, possibly a view of the user's file) or in another file. */
export type ConstantSource =
  | { readonly bytes: Uint8Array }
  | { readonly strings: readonly string[] }
  | { readonly location: string; readonly offset: number; readonly length: number };

export interface Constant extends ValueType {
  readonly source: ConstantSource;
}

/** One edge of a graph: a graph input, a constant, or an output of a node. */
export class Value {
  /** The node that computes it; undefined for graph inputs and constants. */
  node: Node | undefined;
  constant: Constant | undefined;
  type: ValueType | undefined;

  constructor(
    public name: string,
    type?: ValueType,
    /** Of a value without a type, where its elements and maybe some of its dimensions are known. */
    public loose?: LooseType,
  ) {
    this.type = type;
  }

  get dtype(): DType {
    return (this.type ? undefined : this.loose?.dtype) ?? this.knownType().dtype;
  }

  get shape(): Shape {
    return this.knownType().shape;
  }

  get rank(): number {
    return this.shape.length;
  }

  private knownType(): ValueType {
    if (this.type) return this.type;
    throw new XstarError("bad-graph", `The type and shape of value "${this.name}" are not known`);
  }
}

interface AttributeValues {
  readonly int: number;
  readonly float: number;
  readonly string: string;
  readonly ints: readonly number[];
  readonly floats: readonly number[];
  readonly strings: readonly string[];
  readonly tensor: Constant;
  readonly graph: Graph;
  /** Kinds that xstar only carries along (sparse tensors, type protos, lists of tensors and graphs). */
  readonly opaque: unknown;
}

export type Attribute = {
  [K in keyof AttributeValues]: { readonly kind: K; readonly value: AttributeValues[K] };
}[keyof AttributeValues];

export type Attributes = ReadonlyMap<string, Attribute>;

/** One operator call. `inputs` and `outputs` may hold `undefined` where an optional one is left out. */
export class Node {
  constructor(
    readonly opType: string,
    readonly inputs: (Value | undefined)[],
    readonly outputs: (Value | undefined)[],
    readonly attributes: Attributes = new Map(),
    readonly domain: string = "",
    readonly name: string = "",
  ) {
    for (const output of outputs) if (output) output.node = this;
  }

  /** `Conv` or, outside the standard domain, `com.acme::Swirl`. */
  get qualifiedType(): string {
    return this.domain === "" ? this.opType : `${this.domain}::${this.opType}`;
  }

  /** How messages name it. */
  get label(): string {
    return this.name || this.outputs.find((output) => output)?.name || this.opType;
  }

  int(name: string): number | undefined;
  int(name: string, fallback: number): number;
  int(name: string, fallback?: number): number | undefined {
    return this.read(name, "int") ?? fallback;
  }

  float(name: string, fallback: number): number {
    return this.read(name, "float") ?? fallback;
  }

  string(name: string, fallback: string): string {
    return this.read(name, "string") ?? fallback;
  }

  ints(name: string): readonly number[] | undefined;
  ints(name: string, fallback: readonly number[]): readonly number[];
  ints(name: string, fallback?: readonly number[]): readonly number[] | undefined {
    return this.read(name, "ints") ?? fallback;
  }

  floats(name: string): readonly number[] | undefined {
    return this.read(name, "floats");
  }

  strings(name: string): readonly string[] | undefined {
    return this.read(name, "strings");
  }

  private read<K extends keyof AttributeValues>(name: string, kind: K): AttributeValues[K] | undefined {
    const attribute = this.attributes.get(name);
    if (!attribute) return undefined;
    if (attribute.kind === kind) return attribute.value as AttributeValues[K];
    throw new XstarError(
      "bad-graph",
      `Attribute "${name}" of node "${this.label}" (${this.qualifiedType}) is of kind ${attribute.kind}, not ${kind}`,
    );
  }
}

/** Whether a value stands for one of another shape, which is not known before the graph runs. */
export const isFramed = ({ node, type }: Value): boolean =>
  node?.opType === "Pad" && type !== undefined && node.inputs[0]!.type === undefined;

/** A dataflow graph; `nodes` are in an order in which they can be run. */
export class Graph {
  readonly inputs: Value[] = [];
  readonly outputs: Value[] = [];
  readonly nodes: Node[] = [];
  private readonly names = new Names();
  private readonly nodeNames = new Names();

  constructor(readonly name: string = "graph") {}

  /** A name that no other value of this graph has: `base`, or `base_2`, `base_3`, ... */
  uniqueName(base: string): string {
    return this.names.take(base);
  }

  /** The same for nodes, which may also have none (""). */
  uniqueNodeName(base: string): string {
    return base === "" ? "" : this.nodeNames.take(base);
  }

  input(name: string, type?: ValueType): Value {
    const value = new Value(this.uniqueName(name), type);
    this.inputs.push(value);
    return value;
  }

  /** Makes `value` an output of the graph; it keeps its own name. */
  output(value: Value): void {
    this.outputs.push(value);
  }

  /** Makes a value an output under a name of its own: renames it, or copies it where it is an input or an output already. */
  publish(value: Value, name: string): Value {
    let published = value;
    if (value.node === undefined || this.outputs.includes(value)) {
      published = new Value("", value.type);
      this.append(new Node("Identity", [value], [published]));
    }
    published.name = this.uniqueName(name);
    this.outputs.push(published);
    return published;
  }

  append(node: Node): void {
    this.nodes.push(node);
  }

  /** One by one: a call takes no more than some ten thousands of arguments. */
  appendAll(nodes: Iterable<Node>): void {
    for (const node of nodes) this.append(node);
  }

  /** All values: inputs, then node outputs in order. Constants are not among them. */
  *values(): Generator<Value> {
    yield* this.inputs;
    for (const node of this.nodes) for (const output of node.outputs) if (output) yield output;
  }
}

/**
 * A value that holds `t` and belongs to no node.
 *
 * @example
 * const weights = constantValue("w", tensor("float32", [1, 0, -1], [1, 1, 1, 3]));
 */
export function constantValue(name: string, t: Tensor): Value {
  return valueOf(name, {
    dtype: t.dtype,
    shape: t.shape,
    source: t.dtype === "string" ? { strings: t.data as readonly string[] } : { bytes: bytesOf(t) },
  });
}

/**
 * A value for a constant that may lie in a file beside the model. It belongs to no node.
 *
 * @example
 * const same = valueOf("copy", weights.constant!);
 */
export function valueOf(name: string, constant: Constant): Value {
  const value = new Value(name, { dtype: constant.dtype, shape: constant.shape });
  value.constant = constant;
  return value;
}

/**
 * The elements of a constant that is in memory; undefined when there is none or it lies in another file.
 *
 * @example
 * constantTensor(weights)?.shape;
 */
export function constantTensor(value: Value | undefined): Tensor | undefined {
  const constant = value?.constant;
  if (!constant || constant.dtype === "string" || !("bytes" in constant.source)) return undefined;
  const { bytes } = constant.source;
  const wanted = size(constant.shape) * elementBytes[constant.dtype]!;
  if (bytes.byteLength !== wanted) {
    throw new XstarError(
      "bad-model",
      `Constant "${value.name}" of shape [${constant.shape}] needs ${wanted} bytes of ${constant.dtype} but has ${bytes.byteLength}`,
    );
  }
  return { dtype: constant.dtype, shape: constant.shape, data: viewBytes(constant.dtype, bytes) };
}

/**
 * The numbers of a constant in memory; undefined when the value is not one.
 *
 * @example
 * constantNumbers(constantValue("two", tensor("float32", [2]))); // [2]
 */
export function constantNumbers(value: Value | undefined): number[] | undefined {
  const held = constantTensor(value);
  return held && numbers(held);
}

function bytesOf(t: Tensor): Uint8Array {
  const data = t.data as Exclude<Tensor["data"], readonly string[]>;
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
