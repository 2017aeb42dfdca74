import { XstarError } from "../../errors.js";
import { constantNumbers, type Node } from "../../ir/graph.js";

/** Numbers that must be known when the graph is built. Throws `unsupported-model` when the model computes them. */
export function known(node: Node, index: number, what: string): number[] {
  const values = constantNumbers(node.inputs[index]);
  if (values) return values;
  throw new XstarError(
    "unsupported-model",
    `The ${what} of node "${node.label}" (${node.qualifiedType}) depend on the model's input, so its gradient has no fixed shape`,
    { hint: `Make the ${what} a constant of the model: an initializer instead of an input` },
  );
}
