import { createOps, Graph, tensor, valueOf, writeModel } from "@xstar/core";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** conv(x) on pictures of 8 x 8, its weights in a file of their own. */
export function withExternalWeights(): { readonly onnx: Uint8Array; readonly weights: Uint8Array } {
  const graph = new Graph("external");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, 8, 8] });
  const source = { location: "w.bin", offset: 0, length: 4 * 9 * 4 };
  const weights = valueOf("weights", { dtype: "float32", shape: [4, 1, 3, 3], source });
  const conv = op.conv(x, weights, {}, op.constant(tensor("float32", new Float32Array(4)), "bias"));
  conv.name = "conv";
  graph.output(conv);
  const bytes = new Uint8Array(Float32Array.from({ length: 36 }, (_, i) => Math.sin(i)).buffer);
  return { onnx: writeModel(graph, { opsets: new Map([["", 20]]) }), weights: bytes };
}

/** Writes it into a folder. */
export function writeExternal(folder: string): void {
  const { onnx, weights } = withExternalWeights();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "net.onnx"), onnx);
  writeFileSync(join(folder, "w.bin"), weights);
}
