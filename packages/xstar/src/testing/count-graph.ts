import { size, type Graph, type Node, type Value } from "@xstar/core";

/** How many nodes of each kind a graph has, by name. */
export function countNodes(graph: Graph): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { opType } of graph.nodes) counts[opType] = (counts[opType] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Floating-point operations of the convolutions and matrix products among nodes, a multiplication and an addition each. */
export function flopsOf(nodes: Iterable<Node>): number {
  return [...nodes].reduce((total, node) => total + flopsOfNode(node), 0);
}

function flopsOfNode({ opType, inputs, outputs }: Node): number {
  const [x, w] = inputs.map((input) => input?.shape ?? []);
  const out = size(outputs[0]?.type?.shape ?? [0]);
  if (opType === "Conv") return 2 * out * size(w!.slice(1));
  if (opType === "ConvTranspose") return 2 * size(x!) * size(w!.slice(1));
  if (opType === "MatMul") return 2 * out * x!.at(-1)!;
  // [M, K] or [K, M] gives [M, N]
  if (opType === "Gemm") return (2 * out * size(x!)) / outputs[0]!.shape[0]!;
  return 0;
}

/** The nodes that a value is computed by. */
export function nodesBefore(value: Value): Set<Node> {
  const found = new Set<Node>();
  const open = [value];
  for (const one of open) {
    if (!one.node || found.has(one.node)) continue;
    found.add(one.node);
    for (const input of one.node.inputs) if (input) open.push(input);
  }
  return found;
}
