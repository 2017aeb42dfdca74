import { isOfUnknownShape } from "../autodiff/gradients.js";
import { Graph, type Node, type Value } from "../ir/graph.js";
import { valuesFromOutside } from "../ir/inline.js";
import type { Normalized } from "../normalize/normalize.js";

/** Without the values of which nothing is known before the model runs, and without what is computed from them. */
export function beforeCuts({ graph: source, opset, values }: Normalized): Normalized {
  const graph = new Graph(source.name);
  graph.inputs.push(...source.inputs);
  const kept = new Set<Value>(graph.inputs);
  const isRepeated = (value: Value) => value.constant !== undefined || kept.has(value);
  for (const node of source.nodes) {
    const outputs = node.outputs.filter((output) => output !== undefined);
    if (!outputs.every(({ type, loose }) => type ?? loose) || !valuesFromOutside(node).every(isRepeated)) continue;
    graph.append(node);
    for (const output of outputs) kept.add(output);
  }
  graph.outputs.push(...source.outputs.filter(isRepeated));
  return { graph, opset, values: new Map([...values].filter(([, value]) => isRepeated(value))) };
}

/** The node of which nothing is known before the model runs that is nearest before a value, or gives it. */
export function cutBefore(value: Value): Node | undefined {
  const before = new Set([value]);
  for (const { node } of before) {
    if (!node) continue;
    if (isOfUnknownShape(node)) return node;
    for (const read of valuesFromOutside(node)) before.add(read);
  }
  return undefined;
}
