import type { LoadedModel, MaximizeOptions, Target } from "@xstar/core";
import { maximizeIn, type Environment, type ImageResult, type ImageRun, type ImageStep } from "@xstar/runs";
import { thisPlatform } from "../record/platform.js";
import { referencesOnDisk } from "../record/references-on-disk.js";
import { version } from "../version.js";
import { FileImage } from "./image.js";

/** What `maximize` gives here: images that can be saved. */
export type MaximizeResult = ImageResult<FileImage>;
/** A step of a run: its numbers, and its pictures as images. */
export type MaximizeStep = ImageStep<FileImage>;
/** A run: await it for its result, or iterate over its steps. */
export type MaximizeRun = ImageRun<FileImage>;

const node: Environment<FileImage> = {
  version,
  platform: async () => thisPlatform(),
  references: (model, options) => referencesOnDisk(model, options),
  image: (parts) => new FileImage(parts),
};

/**
 * Changes pictures so that targets become as large as possible: the input that a neuron wants most. What it gives has images, which
 * carry what makes them again as those of the command line do, byte for byte.
 *
 * One target and several starts, several targets and one start, or as many of each make a batch that runs in one session. Throws
 * `bad-argument`, `unknown-layer`, `missing-vjp-rule`, `no-gradient` before the first step.
 *
 * @param target an objective, or words: `conv2:7`, `logit:flamingo`, `conv2:0-15`, `conv2:7 - 0.1*tv`
 *
 * @example
 * const model = await loadModel("model.onnx");
 * const { images } = await maximize(model, "conv2:7");
 * await images[0].save("conv2-7.png");
 *
 * @example
 * for await (const step of maximize(model, "logit:flamingo", { steps: 128, seed: 7 })) console.log(step.objective[0]);
 */
export function maximize(
  model: LoadedModel,
  target: Target | readonly Target[],
  options: MaximizeOptions = {},
): MaximizeRun {
  return maximizeIn(node, model, target, options);
}
