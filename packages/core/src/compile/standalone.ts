import type { Tensors } from "../define/definition.js";
import { constantValue, Graph, type Value } from "../ir/graph.js";
import { inline } from "../ir/inline.js";
import { createOps } from "../ir/ops/index.js";
import { numbers, tensor, type Tensor } from "../tensor.js";

/** Name of the input that counts the steps. */
export const stepInput = "step";

/** The graph with its settings as constants, which takes the state to begin with in the place of what is fed at step 0. */
export function standalone(graph: Graph, { settings, beginning }: { settings: Tensors; beginning: Tensors }): Graph {
  const result = new Graph(graph.name);
  const op = createOps(result);
  const bindings = new Map<Value, Value>();
  const given = new Map<string, Value>();
  for (const input of graph.inputs) {
    const held = settings[input.name];
    if (held) bindings.set(input, constantValue(result.uniqueName(input.name), held));
    else given.set(input.name, result.input(input.name, input.type));
  }
  const begins = op.less(given.get(stepInput)!, op.scalar(1));
  for (const input of graph.inputs) {
    const fed = given.get(input.name);
    if (!fed) continue;
    const first = beginning[input.name];
    bindings.set(input, first ? op.where(begins, op.constant(compact(first), `begin.${input.name}`), fed) : fed);
  }
  const map = inline(result, graph, bindings);
  for (const output of graph.outputs) result.output(map.get(output)!);
  return result;
}

/** One zero in the place of many. */
function compact(t: Tensor): Tensor {
  return numbers(t).every((x) => x === 0) ? tensor("float32", [0], []) : t;
}
