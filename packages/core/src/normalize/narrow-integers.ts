import { constantNumbers, constantValue, type Graph, type Node, type Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { dtypeNumbers, tensor } from "../tensor.js";

/** The inputs in which operators take whole numbers of 32 bits as they take 64: all of them where none is said. */
const carriers: Readonly<Record<string, readonly number[]>> = {
  Identity: [0],
  Reshape: [0],
  Flatten: [0],
  Expand: [0],
  Squeeze: [0],
  Unsqueeze: [0],
  Transpose: [0],
  Tile: [0],
  Cast: [0],
  Concat: [],
  Add: [],
  Sub: [],
  Mul: [],
  Equal: [],
  Less: [],
  LessOrEqual: [],
  Greater: [],
  GreaterOrEqual: [],
  Where: [1, 2],
  Gather: [0, 1],
  GatherElements: [0, 1],
  ScatterElements: [0, 1, 2],
};

/** Whether a value holds whole numbers of 64 bits that are fed or computed. */
export const isWide = (value: Value | undefined): boolean => isOf64(value) && !value!.constant;

/** Whether inner graphs may read values, which must then be of the type that they were. */
export const hasSubgraphs = ({ nodes }: Graph): boolean =>
  nodes.some(({ attributes }) => [...attributes.values()].some(({ kind }) => kind === "graph"));

/**
 * A node on whole numbers of 32 bits in the place of 64, where it can be; on 64 again where it cannot, and undefined where nothing
 * changes. `inputs` are what the node's own became.
 */
export function narrowed(node: Node, inputs: readonly (Value | undefined)[], op: Ops): Value[] | undefined {
  const at = placesOf(node);
  const isTouched = makesWide(node) || at.some((i) => isWide(node.inputs[i]));
  if (isTouched && at.every((i) => !isOf64(inputs[i]) || fits(constantNumbers(inputs[i])))) {
    const given = inputs.map((value, i) => (at.includes(i) && isOf64(value) ? narrowConstant(value!, op) : value));
    const types = node.outputs.map((output) =>
      isWide(output) ? { dtype: "int32" as const, shape: output!.shape } : output?.type,
    );
    return op.repeatNode(node, given, types, [], makesWide(node) ? { to: dtypeNumbers.int32 } : {});
  }
  const given = inputs.map((value, i) => (isWide(node.inputs[i]) && !isOf64(value) ? op.cast(value!, "int64") : value));
  if (given.every((value, i) => value === inputs[i])) return undefined;
  return op.repeatNode(
    node,
    given,
    node.outputs.map((output) => output?.type),
  );
}

const isOf64 = (value: Value | undefined) => value?.type?.dtype === "int64";

const makesWide = (node: Node) => node.qualifiedType === "Cast" && node.int("to") === dtypeNumbers.int64;

const fits = (values: readonly number[] | undefined) => values?.every((value) => Math.abs(value) < 2 ** 31) ?? false;

function placesOf(node: Node): readonly number[] {
  const places = carriers[node.qualifiedType];
  return places?.length === 0 ? node.inputs.map((_, i) => i) : (places ?? []);
}

const narrowConstant = (value: Value, op: Ops) =>
  constantValue(op.graph.uniqueName(value.name), tensor("int32", constantNumbers(value)!, value.shape));
