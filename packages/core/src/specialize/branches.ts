import { constantNumbers, type Graph, Node, Value } from "../ir/graph.js";
import { inline, rewriteGraph, valuesRead } from "../ir/inline.js";

/**
 * The graph with every `If` whose condition is known replaced by the branch that is taken; undefined when there is none.
 */
export function inlineKnownBranches(source: Graph): Graph | undefined {
  if (!source.nodes.some(takenBranch)) return undefined;
  return rewriteGraph(source, (graph) => (node, _, resolve) => {
    const branch = takenBranch(node);
    if (!branch) return undefined;
    const own = new Set(branch.values());
    const outer = branch.nodes.flatMap(valuesRead).filter((value) => !own.has(value) && !value.constant);
    const known = new Map(outer.map((value) => [value, resolve(value)]));
    const copied = inline(graph, branch, known, branch.outputs, { prefix: `${node.label}/` });
    // an Identity each, so that the results keep the names that the model gives them
    const results = node.outputs.map((output) => output && new Value(graph.uniqueName(output.name)));
    branch.outputs.forEach((output, i) => {
      const inner = copied.get(output) ?? resolve(output);
      if (results[i]) graph.append(new Node("Identity", [inner], [results[i]]));
    });
    return results;
  });
}

function takenBranch(node: Node): Graph | undefined {
  if (node.opType !== "If" || node.domain !== "") return undefined;
  const condition = constantNumbers(node.inputs[0]);
  if (!condition || condition.length !== 1) return undefined;
  const branch = node.attributes.get(condition[0] === 0 ? "else_branch" : "then_branch");
  return branch?.kind === "graph" ? branch.value : undefined;
}
