import { constantNumbers, Graph, Node, Value, constantValue, type Attributes } from "../../ir/graph.js";
import { writeModel } from "../../onnx/write.js";
import type { Runtime, Session } from "../../runtime/runtime.js";
import { numbers, tensor, type Tensor } from "../../tensor.js";
import type { RandomGraph } from "./graph.js";

type Feeds = Readonly<Record<string, Tensor>>;

/** The graph as it stands, in float64 as far as ONNX Runtime has kernels: what gradients are compared with. */
export interface Reference {
  readonly session: Session;
  readonly feeds: Feeds;
  /** Every node is computed in float64. */
  readonly isExact: boolean;
}

/** By operator, version, modes and ports: whether ONNX Runtime runs it in float64. */
const kernels = new Map<string, boolean>();

function kernelOf({ opType, attributes, inputs, outputs }: Node, opset: number): string {
  const modes = [...attributes.values()].flatMap(({ kind, value }) => (kind === "string" ? [value] : []));
  return [opType, opset, ...modes, inputs.length, outputs.length].join(" ");
}

/** `held` is what every value of the graph holds at the point. */
export async function openReference(random: RandomGraph, held: Feeds, runtime: Runtime): Promise<Reference> {
  const { graph, opset, feeds } = random;
  const isExact = new Map<Node, boolean>();
  for (const node of graph.nodes) {
    const key = kernelOf(node, opset);
    if (!kernels.has(key)) kernels.set(key, await runsInDouble(node, opset, held, runtime));
    isExact.set(node, kernels.get(key)!);
  }
  const bytes = writeModel(
    toDouble(graph, held, (node) => isExact.get(node)!),
    { opsets: new Map([["", opset]]) },
  );
  const session = await runtime.open(bytes, { optimization: "disabled" });
  return { session, feeds: mapValues(feeds, widened), isExact: [...isExact.values()].every(Boolean) };
}

const mapValues = (feeds: Feeds, change: (one: Tensor) => Tensor): Feeds =>
  Object.fromEntries(Object.entries(feeds).map(([name, one]) => [name, change(one)]));

const widened = (one: Tensor): Tensor => (one.dtype === "float32" ? tensor("float64", numbers(one), one.shape) : one);

/** No number that float32 holds. */
const moved = (x: number) => x * (1 + 1e-9);

async function runsInDouble(node: Node, opset: number, held: Feeds, runtime: Runtime): Promise<boolean> {
  const graph = new Graph("one");
  const feeds: Record<string, Tensor> = {};
  for (const value of new Set(node.inputs)) {
    if (!value || value.constant) continue;
    const one = held[value.name]!;
    graph.inputs.push(value);
    value.type = { dtype: one.dtype, shape: one.shape };
    feeds[value.name] = one.dtype === "float32" ? tensor("float64", numbers(one).map(moved), one.shape) : one;
  }
  graph.nodes.push(node);
  for (const value of node.outputs) if (value) graph.output(value);
  try {
    const bytes = writeModel(
      toDouble(graph, held, () => true),
      { opsets: new Map([["", opset]]) },
    );
    const session = await runtime.open(bytes, { optimization: "disabled" });
    const results = Object.values(await session.run(feeds));
    await session.release();
    // some kernels take float64, and compute in float32
    return results.every(
      (one) => one.dtype !== "float32" && (one.dtype !== "float64" || numbers(one).some((y) => Math.fround(y) !== y)),
    );
  } catch {
    return false;
  }
}

function toDouble(source: Graph, held: Feeds, isExact: (node: Node) => boolean): Graph {
  const graph = new Graph("double");
  const map = new Map<Value, Value>();
  const isSingle = (value: Value) => (value.constant?.dtype ?? held[value.name]?.dtype) === "float32";
  for (const input of source.inputs) {
    map.set(input, graph.input(input.name, { dtype: isSingle(input) ? "float64" : input.dtype, shape: input.shape }));
  }
  const cast = (value: Value, to: number) => {
    const made = new Value(graph.uniqueName("cast"));
    graph.append(new Node("Cast", [value], [made], new Map([["to", { kind: "int", value: to } as const]])));
    return made;
  };
  for (const node of source.nodes) {
    const exact = isExact(node);
    const inputs = node.inputs.map((value) => {
      if (!value) return undefined;
      if (!isSingle(value)) return map.get(value) ?? value;
      if (!value.constant) return exact ? map.get(value)! : cast(map.get(value)!, float32);
      return exact
        ? constantValue(graph.uniqueName("w"), tensor("float64", constantNumbers(value)!, value.shape))
        : value;
    });
    const outputs = node.outputs.map((value) => value && new Value(graph.uniqueName(value.name)));
    const attributes = exact && node.opType === "Cast" ? toFloat64(node.attributes) : node.attributes;
    graph.append(new Node(node.opType, inputs, outputs, attributes, node.domain, node.name));
    node.outputs.forEach((value, i) => {
      if (value) map.set(value, isSingle(value) && !exact ? cast(outputs[i]!, float64) : outputs[i]!);
    });
  }
  for (const output of source.outputs) graph.publish(map.get(output)!, `${output.name} in float64`);
  return graph;
}

const [float32, float64] = [1, 11];

const toFloat64 = (attributes: Attributes): Attributes =>
  new Map([...attributes, ["to", { kind: "int", value: float64 }]]);
