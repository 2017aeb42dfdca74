import { constantNumbers, constantValue, tensor, type Graph, type Value } from "@xstar/core";

/** Makes a network for one picture take any number of them: where it lays values out anew, the first axis is kept. */
export function freeBatch(graph: Graph): void {
  const ofPictures = new Set<Value | undefined>(graph.inputs);
  for (const node of graph.nodes) {
    if (!node.inputs.some((input) => input && ofPictures.has(input))) continue;
    for (const output of node.outputs) ofPictures.add(output);
    const [data, shape] = node.inputs;
    const [first, ...rest] = (node.opType === "Reshape" && constantNumbers(shape)) || [];
    if (first !== 1 || !ofPictures.has(data)) continue;
    // 0 is what the value has there already
    node.inputs[1] = constantValue(graph.uniqueName(shape!.name), tensor("int64", [0, ...rest]));
  }
}
