import { Graph, Node, Value, constantValue, type Attribute } from "../../ir/graph.js";
import type { Rng } from "../../rng.js";
import { size, tensor, type Shape, type Tensor } from "../../tensor.js";

/** A whole number, a string, whole numbers, floats (`{ float }`). */
export type Attributes = Readonly<
  Record<string, number | string | readonly number[] | { readonly float: number | readonly number[] }>
>;

/** A value of a random graph with what it holds at the point where the graph is looked at. */
export interface Held {
  readonly value: Value;
  readonly tensor: Tensor;
}

/** A few nodes over values that are there: what an operator's maker gives. */
export type Maker = (draw: Draw) => readonly Value[] | Value | undefined;

/** What a maker draws from: values that are there, constants, new inputs. Nodes are collected, and taken if they run. */
export class Draw {
  readonly nodes: Node[] = [];
  /** New inputs of the graph. */
  readonly inputs: Held[] = [];
  private readonly shapes: Map<Value, Shape>;

  constructor(
    readonly rng: Rng,
    readonly opset: number,
    private readonly there: readonly Held[],
    private readonly graph: Graph,
  ) {
    this.shapes = new Map(there.map(({ value, tensor: { shape } }) => [value, shape]));
  }

  shapeOf(value: Value): Shape {
    return this.shapes.get(value) ?? value.shape;
  }

  /** From `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + this.rng.int(high - low + 1);
  }

  chance(share = 0.5): boolean {
    return this.rng.uniform() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.rng.int(list.length)]!;
  }

  /** A value that is there, the latest more often, of one of the given ranks. */
  value(...ranks: readonly number[]): Value | undefined {
    const fitting = this.there.filter(({ tensor: { shape } }) => ranks.length === 0 || ranks.includes(shape.length));
    if (fitting.length === 0) return undefined;
    const latest = fitting.slice(-2);
    return this.pick(this.chance(0.6) ? latest : fitting).value;
  }

  /** Numbers of a shape: one of the values that are there, a new input, or (most often) a constant. */
  operand(shape: Shape, { deviation = 1, positive = false, fresh = false } = {}): Value {
    const same = this.there.filter(({ tensor: one }) => String(one.shape) === String(shape));
    if (!fresh && !positive && same.length > 0 && this.chance(0.4)) return this.pick(same).value;
    const data = Float32Array.from({ length: size(shape) }, () => {
      const x = deviation * this.rng.normal();
      return positive ? 0.5 + Math.abs(x) : x;
    });
    const held = tensor("float32", data, shape);
    if (this.chance(0.75)) return constantValue(this.graph.uniqueName("w"), held);
    const value = this.graph.input(this.graph.uniqueName("in"), { dtype: "float32", shape });
    this.inputs.push({ value, tensor: held });
    this.shapes.set(value, shape);
    return value;
  }

  constant(numbers: readonly number[], dtype: "int64" | "float32" | "bool" = "int64", shape: Shape = [numbers.length]) {
    return constantValue(this.graph.uniqueName("c"), tensor(dtype, numbers, shape));
  }

  node(type: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}, outputs = 1): Value[] {
    const made = Array.from({ length: outputs }, () => new Value(this.graph.uniqueName("v")));
    const kept = Object.entries(attributes).map(([key, value]): [string, Attribute] => [key, attributeOf(value)]);
    this.nodes.push(new Node(type, [...inputs], made, new Map(kept), "", ""));
    return made;
  }

  one(type: string, inputs: readonly (Value | undefined)[], attributes?: Attributes): Value {
    return this.node(type, inputs, attributes)[0]!;
  }

  /** x * x + 0.5 */
  positive(x: Value): Value {
    return this.one("Add", [this.one("Mul", [x, x]), this.constant([0.5], "float32", [])]);
  }

  /** An axis, counted from either end where the operator set allows it. */
  axis(rank: number, since = 11): number {
    const axis = this.rng.int(rank);
    return this.opset >= since && this.chance(0.4) ? axis - rank : axis;
  }

  /** Some of the axes, in any order, at least `least`. */
  axes(rank: number, least = 1, since = 11): number[] {
    const count = this.int(Math.min(least, rank), rank);
    return [...this.rng.permutation(rank)]
      .slice(0, count)
      .map((axis) => (this.opset >= since && this.chance(0.3) ? axis - rank : axis));
  }

  /** A list of whole numbers that became an input in operator set `since`: the attribute before, and then the input. */
  list(
    name: string,
    numbers: readonly number[],
    since: number,
  ): { input: (Value | undefined)[]; attributes: Attributes } {
    return this.opset >= since
      ? { input: [this.constant(numbers)], attributes: {} }
      : { input: [], attributes: { [name]: numbers } };
  }

  /** A shape that broadcasts with another. */
  broadcasting(shape: Shape): Shape {
    const thinned = shape.map((dim) => (this.chance(0.3) ? 1 : dim));
    if (this.chance(0.25)) return thinned.slice(this.rng.int(shape.length + 1));
    return this.chance(0.1) && shape.length < 5 ? [this.int(1, 3), ...thinned] : thinned;
  }
}

function attributeOf(value: Attributes[string]): Attribute {
  if (typeof value === "number") return { kind: "int", value };
  if (typeof value === "string") return { kind: "string", value };
  if (!("float" in value)) return { kind: "ints", value };
  return typeof value.float === "number"
    ? { kind: "float", value: value.float }
    : { kind: "floats", value: value.float };
}
