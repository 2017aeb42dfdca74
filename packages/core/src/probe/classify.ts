import { vocabularyOf } from "../define/vocabulary.js";
import { Graph } from "../ir/graph.js";
import { check } from "../errors.js";
import { createOps } from "../ir/ops/index.js";
import { classCount, scoreOutput } from "../model/layers.js";
import type { LoadedModel } from "../model/load.js";
import { writerFor } from "../normalize/write-for.js";
import { numbers, type Tensor } from "../tensor.js";
import type { BatchOptions } from "../forward/prepare-model.js";
import { onGrey, separateOpacity } from "../compile/opacity.js";
import { prepare } from "../forward/prepare.js";

/**
 * The probability of every class for each of some pictures [batch, channels, height, width] in picture units: softmax of
 * the scores. Pictures of another size are scaled to the model's, transparent ones lie on grey. Undefined when the model
 * has no output that is a list of classes.
 *
 * @example
 * const probabilities = await classify(model, pictures);
 * probabilities?.[0]; // one number for each class
 */
export async function classify(
  model: LoadedModel,
  pictures: Tensor,
  options: BatchOptions = {},
): Promise<readonly (readonly number[])[] | undefined> {
  check(
    Array.isArray(pictures?.shape) && pictures.shape.length > 1,
    "pictures",
    "a tensor [batch, channels, height, width]",
    pictures,
  );
  const batch = pictures.shape[0]!;
  const prepared = await prepare(model, batch, { ...options, vocabulary: vocabularyOf([]) });
  const { first, weights, opsets, irVersion } = prepared;
  if (classCount(scoreOutput(first.normalized, options.logits)) === undefined) return undefined;
  const graph = new Graph("classify");
  const op = createOps(graph, model.runtime.lowering);
  const input = graph.input("picture", { dtype: "float32", shape: pictures.shape });
  const { colours, opacity } = separateOpacity(op, input, first.shape);
  const seen = prepared.network(op, opacity ? onGrey(op, colours, opacity) : colours);
  const scores = seen.logits();
  // rows of a network without a batch, such as the nodes of a graph, are no pictures
  if (scores.rank !== 2) return undefined;
  const output = op.softmax(scores, 1);
  graph.output(output);
  const bytes = (await writerFor(model.runtime.lowering))(graph, { opsets, irVersion, locate: weights.locate });
  const session = await model.runtime.open(bytes, { files: weights.files });
  try {
    const all = numbers((await session.run({ [input.name]: pictures }))[output.name]!);
    const count = all.length / batch;
    return Array.from({ length: batch }, (_, i) => all.slice(i * count, (i + 1) * count));
  } finally {
    await session.release();
  }
}
