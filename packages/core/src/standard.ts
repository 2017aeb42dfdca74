import { ascentVocabulary } from "./ascents.js";
import type { Target } from "./ascend/result.js";
import { withDefinitions, type Vocabulary } from "./define/vocabulary.js";
import type { ExplainedPicture, Explainer, ExplainOptions, ExplainRun } from "./explain/options.js";
import { explanations } from "./explanations/table.js";
import type { LoadedModel } from "./model/load.js";
import type { Tensor } from "./tensor.js";

/** All that comes with xstar. */
export const standard: Vocabulary = { ...ascentVocabulary, explanation: explanations };

const withOwn = ({ vocabulary = standard, definitions = [], ...options }: ExplainOptions) => ({
  ...options,
  vocabulary: withDefinitions(vocabulary, definitions),
});

/**
 * Opens a model for telling which parts of pictures speak for a target: the likeliest class where none is given. Release it when
 * done. Throws `bad-argument`, `unknown-layer`, `missing-vjp-rule`.
 *
 * @example
 * const explainer = await openExplainer(model, "logit:tabby", { methods: ["gradCam", "occlusion"] });
 * const { maps } = await explainer(photo);
 * await explainer.release();
 */
export async function openExplainer(
  model: LoadedModel,
  target?: Target,
  options: ExplainOptions = {},
): Promise<Explainer> {
  const explaining = await import("./explain/open.js");
  return explaining.openExplainer(model, target, withOwn(options));
}

/**
 * Which parts of a picture speak for a target, the likeliest class where none is given. Throws as `openExplainer` does.
 *
 * @example
 * const { maps, probabilities } = await explain(model, photo);
 * maps[0].map; // [height, width]: how much every pixel counts
 */
export async function explain(
  model: LoadedModel,
  picture: Tensor,
  target?: Target,
  options: ExplainOptions & ExplainRun = {},
): Promise<ExplainedPicture> {
  const { signal, onProgress, ...rest } = options;
  const explainer = await openExplainer(model, target, rest);
  try {
    return await explainer(picture, { signal, onProgress });
  } finally {
    await explainer.release();
  }
}

/**
 * An explanation as the bytes of an ONNX file that needs nothing else: `picture` [pictures, channels, height, width] from 0 (black) to
 * 1 (white) in; `heatmap` [pictures, height, width], `value` and, where the model has class scores, `probabilities` out. Throws as
 * `openExplainer` does.
 *
 * @example
 * await writeFile("heatmap.onnx", await exportExplanation(model, undefined, { methods: ["gradCam"] }));
 */
export async function exportExplanation(
  model: LoadedModel,
  target?: Target,
  options: ExplainOptions = {},
): Promise<Uint8Array> {
  const { exportMap } = await import("./explain/export.js");
  return exportMap(model, target, withOwn(options));
}
