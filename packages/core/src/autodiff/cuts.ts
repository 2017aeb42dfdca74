import { controlFlow, decidingInputs } from "../ir/deciding-inputs.js";
import type { Node, Value } from "../ir/graph.js";
import { valuesFromOutside } from "../ir/inline.js";
import { floatTypes } from "../tensor.js";
import { withoutRule } from "./without-rule.js";

/** Why nothing behind a node can be differentiated: it is cut off where a shape is not known before the model runs. */
export interface Cut {
  readonly node: Node;
  /** Said of the node. */
  readonly problem: string;
  readonly hint: string;
}

/** The node behind which shapes are not known, on the way to one that gives a value without a type. */
export function findCut(from: Node): Cut {
  const untypedBefore = (node: Node) => valuesFromOutside(node).find((value) => value.node && !value.type)?.node;
  let node = from;
  for (let before = untypedBefore(node); before; before = untypedBefore(node)) node = before;
  const fed = fedInputs(decidingInputs(node));
  if (fed.length > 0) {
    const names = fed.map(({ name }) => `"${name}"`).join(" and ");
    return {
      node,
      problem: `the shape of its result depends on the elements of input ${names}, which are not given`,
      hint: `Give them before the graph is built: inputs: { "${fed[0]!.name}": ... }, on the command line --input ${fed[0]!.name}=...`,
    };
  }
  const why = withoutRule[node.qualifiedType];
  const isKnown = controlFlow.has(node.qualifiedType) || (why && !why.zero);
  return {
    node,
    problem: isKnown ? why!.why : "the shape of its result depends on the elements of what it reads",
    hint: "Choose a target that does not lie behind this node",
  };
}

/** The inputs of whole numbers or truth values that values are computed from, where the picture decides nothing of them. */
export function fedInputs(values: readonly Value[]): Value[] {
  const seen = new Set<Value>();
  const visit = (value: Value) => {
    if (seen.has(value)) return;
    seen.add(value);
    if (value.node) for (const read of valuesFromOutside(value.node)) visit(read);
  };
  for (const value of values) visit(value);
  const found = [...seen].filter((value) => !value.node && !value.constant);
  // what the picture decides cannot be given
  return found.some((value) => value.type && floatTypes.has(value.dtype)) ? [] : found;
}
