import { fedInputs } from "../autodiff/cuts.js";
import { decidingInputs } from "../ir/deciding-inputs.js";
import { constantValue, type Graph, Node, Value, type Attribute } from "../ir/graph.js";
import { valuesFromOutside } from "../ir/inline.js";
import type { Ops } from "../ir/ops/index.js";
import { floatTypes, tensor } from "../tensor.js";
import { frameLength } from "./frames.js";

/** Before this operator set too much was written in a way of which the newest form depends on shapes. */
const oldest = 13;

/** What makes of a node one of the newest operator set, without its shapes. */
interface Change {
  readonly below: number;
  applies(node: Node): boolean;
  readonly inputs?: (node: Node) => readonly Value[];
  readonly attributes?: (node: Node) => Readonly<Record<string, Attribute>>;
  readonly without?: string;
}

const changes: readonly Change[] = [
  {
    below: 18,
    applies: ({ opType, attributes }) => opType.startsWith("Reduce") && attributes.has("axes"),
    inputs: (node) => [constantValue(`${node.label}/axes`, tensor("int64", [...node.ints("axes", [])]))],
    without: "axes",
  },
  {
    below: 18,
    applies: ({ opType, inputs }) => opType === "Split" && !inputs[1],
    attributes: ({ outputs }) => ({ num_outputs: { kind: "int", value: outputs.length } }),
  },
  {
    below: 16,
    applies: ({ opType, attributes }) => opType === "RoiAlign" && !attributes.has("coordinate_transformation_mode"),
    attributes: () => ({ coordinate_transformation_mode: { kind: "string", value: "output_half_pixel" } }),
  },
];

/** Their newest form is another one, which is not written here. */
const renewed: Readonly<Record<string, number>> = { GridSample: 20, DFT: 20 };

const changeOf = (node: Node, opset: number) =>
  node.domain === "" ? changes.find(({ below, applies }) => opset < below && applies(node)) : undefined;

/** Whether a node means the same in the newest operator set, or can be changed so that it does. */
function isReadable(node: Node, opset: number): boolean {
  if (opset < oldest || opset < (renewed[node.opType] ?? 0)) return false;
  const inner = [...node.attributes.values()].flatMap((one) => (one.kind === "graph" ? one.value.nodes : []));
  return inner.every((one) => isReadable(one, opset) && !changeOf(one, opset));
}

/**
 * A node of values whose shape is not known before the model runs, in the newest operator set; undefined where it stays as
 * it is. Where nothing is known of what it reads, or it cannot be had, nothing more is known of its results either.
 */
export function renewLoose(
  graph: Graph,
  node: Node,
  inputs: readonly (Value | undefined)[],
  opset: number,
): (Value | undefined)[] | undefined {
  const isKnown = ({ type, loose }: Value) => type !== undefined || loose !== undefined;
  // what is fed besides the picture can be given, and the shape is then known
  const isFed = fedInputs(decidingInputs(node)).length > 0;
  if (isFed || !isReadable(node, opset) || !valuesFromOutside(node).every(isKnown)) {
    for (const output of node.outputs) if (output) output.loose = undefined;
    return undefined;
  }
  const change = changeOf(node, opset);
  if (!change) return undefined;
  const kept = [...node.attributes].filter(([name]) => name !== change.without);
  const attributes = new Map([...kept, ...Object.entries(change.attributes?.(node) ?? {})]);
  const outputs = node.outputs.map(
    (output) => output && new Value(graph.uniqueName(output.name), output.type, output.loose),
  );
  const given = [...inputs, ...(change.inputs?.(node) ?? [])];
  graph.append(new Node(node.opType, given, outputs, attributes, node.domain, graph.uniqueNodeName(node.name)));
  return outputs;
}

/**
 * What stands for a layer of floats whose shape is not known before the model runs, as far as it is: of each other axis it
 * has the first elements, and 0 in the place of those that are not there. Anything else stays as it is.
 */
export function frames(op: Ops): (value: Value) => Value {
  const known = new Map<Value, Value>();
  return (value) => {
    const { type, loose } = value;
    if (type || !loose?.dims || !floatTypes.has(loose.dtype)) return value;
    const framed = known.get(value) ?? frame(op, value, loose.dims);
    known.set(value, framed);
    return framed;
  };
}

function frame(op: Ops, value: Value, dims: readonly (number | undefined)[]): Value {
  const shape = dims.map((dim) => dim ?? frameLength);
  const none = op.ints(shape.map(() => 0));
  const missing = op.sub(op.ints(shape), op.loose("Shape", [value], "int64"));
  const pads = op.loose("Concat", [none, missing], "int64", { axis: 0 });
  return op.emit("Pad", [value, pads], [{ dtype: value.dtype, shape }])[0]!;
}
