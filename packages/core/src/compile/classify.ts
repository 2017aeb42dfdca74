import { Graph } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import { classCount, scoreOutput } from "../model/layers.js";
import type { LoadedModel } from "../model/load.js";
import { locator } from "../model/weights.js";
import { writeModel } from "../onnx/write.js";
import { numbers, type Tensor } from "../tensor.js";
import { buildForward, prepareBatch, type BatchOptions } from "./forward.js";

/**
 * The probability of every class for each of some pictures [batch, channels, height, width] in picture units: softmax of
 * the scores. Undefined when the model has no output that is a list of classes.
 */
export async function classify(
  model: LoadedModel,
  pictures: Tensor,
  options: BatchOptions = {},
): Promise<readonly (readonly number[])[] | undefined> {
  const batch = pictures.shape[0]!;
  const batched = await prepareBatch(model, batch, options);
  if (classCount(scoreOutput(batched.normalized, options.logits)) === undefined) return undefined;
  const graph = new Graph("classify");
  const op = createOps(graph, model.runtime.lowering);
  const input = graph.input("picture", { dtype: "float32", shape: pictures.shape });
  const output = op.softmax(buildForward(op, batched, input).logits(), 1);
  graph.output(output);
  const { opsets, irVersion } = model.source;
  const bytes = writeModel(graph, {
    opsets: new Map([...opsets, ["", batched.normalized.opset]]),
    irVersion,
    locate: locator(model.source),
  });
  const session = await model.runtime.open(bytes, { files: model.files });
  try {
    const scores = (await session.run({ [input.name]: pictures }))[output.name]!;
    const all = numbers(scores);
    const count = all.length / batch;
    return Array.from({ length: batch }, (_, i) => all.slice(i * count, (i + 1) * count));
  } finally {
    await session.release();
  }
}
