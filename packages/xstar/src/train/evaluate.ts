import { canonicalOpset, constantValue, createOps, Graph, writeModel, type Runtime } from "@xstar/core";
import type { ImageDataset } from "@xstar/results";
import { emitNetwork, nameValues, side, type Weights } from "./network.js";

/** The network with its weights as an ONNX file: pictures [N, 1, 28, 28] with values 0..1 in, probabilities [N, classes] out. */
export function writeNetwork(weights: Weights, metadata: ReadonlyMap<string, string>): Uint8Array {
  const graph = new Graph("article_cnn");
  const op = createOps(graph);
  const pictures = graph.input("image", { dtype: "float32", shape: [1, 1, side, side] });
  const constants = Object.fromEntries(Object.entries(weights).map(([name, t]) => [name, constantValue(name, t)]));
  const layers = emitNetwork(op, pictures, constants);
  const probabilities = op.softmax(layers.logits!, 1);
  nameValues(graph, { ...layers, probabilities });
  graph.output(probabilities);
  return writeModel(graph, { opsets: new Map([["", canonicalOpset]]), freeBatch: "N", metadata });
}

/** The class that a network, as bytes, sees in each picture of a data set. */
export async function classify(runtime: Runtime, model: Uint8Array, data: ImageDataset): Promise<Uint8Array> {
  const session = await runtime.open(model);
  const [input, output] = [session.inputs[0]!.name, session.outputs[0]!.name];
  const predicted = new Uint8Array(data.count);
  const pixels = data.height * data.width;
  const most = 250;
  try {
    for (let from = 0; from < data.count; from += most) {
      const count = Math.min(most, data.count - from);
      const values = Float32Array.from(data.images.subarray(from * pixels, (from + count) * pixels), (x) => x / 255);
      const shape = [count, 1, data.height, data.width];
      const results = await session.run({ [input]: { dtype: "float32", shape, data: values } });
      const scores = results[output]!.data as Float32Array;
      const width = scores.length / count;
      for (let i = 0; i < count; i++) predicted[from + i] = largest(scores.subarray(i * width, (i + 1) * width));
    }
  } finally {
    await session.release();
  }
  return predicted;
}

/** Index of the first largest number. */
function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
