import { tensor, type Runtime, type Spec, type Tensor } from "@xstar/core";
import { compileLearning, type LearningState } from "@xstar/runs";
import { emitConvolutions, emitDense, side, type Weights } from "./network.js";

/** One training step in one graph: batch and weights in, loss and new weights out. */
export interface TrainingStep {
  readonly batch: number;
  /** Weights and what the optimizer keeps, before the first step. */
  begin(weights: Weights): LearningState;
  /** One step on pictures (uint8, batch x 28 x 28) and labels; the state that it gives lasts until the step after the next. */
  run(
    state: LearningState,
    images: Uint8Array,
    labels: ArrayLike<number>,
    learningRate: number,
  ): Promise<TrainingResult>;
  release(): Promise<void>;
}

export interface TrainingResult {
  readonly state: LearningState;
  /** Mean cross-entropy of the batch. */
  readonly loss: number;
  /** How many pictures of the batch were classified right. */
  readonly correct: number;
}

/** Pictures that go through the convolutions together: all that is made of so few stays in the cache of a core. */
const together = 16;

/** How a batch is divided. */
function partsOf(batch: number): number[] {
  return Array.from({ length: Math.ceil(batch / together) }, (_, i) => Math.min(together, batch - i * together));
}

/** Compiles the training step of the article's network: the same autodiff as ascent, with respect to the weights. */
export async function compileTraining(
  runtime: Runtime,
  weights: Weights,
  optimizer: Spec<"optimizer">,
  batch: number,
): Promise<TrainingStep> {
  const learning = await compileLearning(runtime, {
    name: "training",
    weights,
    optimizer,
    build(op, variables) {
      const images = op.graph.input("images", { dtype: "uint8", shape: [batch, 1, side, side] });
      const labels = op.graph.input("labels", { dtype: "int64", shape: [batch] });
      const pictures = op.mul(op.cast(images, "float32"), 1 / 255);
      const parts = op.split(pictures, partsOf(batch), 0).map((part) => emitConvolutions(op, part, variables).pool);
      const { logits } = emitDense(op, op.concat(parts, 0), variables);
      const wanted = op.cast(op.equal(op.unsqueeze(labels, [1]), op.range(logits.shape[1]!)), "float32");
      const logLikelihood = op.reduceMean(op.reduceSum(op.mul(op.logSoftmax(logits, 1), wanted), [1]));
      const correct = op.reduceSum(op.cast(op.equal(op.argMax(logits, 1), labels), "float32"));
      return { objective: logLikelihood, told: { loss: op.neg(logLikelihood), correct } };
    },
  });
  const only = (value: Tensor) => (value.data as Float32Array)[0]!;
  return {
    batch,
    begin: (given) => learning.begin(given),
    async run(before, pixels, targets, learningRate) {
      const inputs = {
        images: { dtype: "uint8" as const, shape: [batch, 1, side, side], data: pixels },
        labels: tensor("int64", targets),
      };
      const { state, told } = await learning.run(before, inputs, learningRate);
      return { state, loss: only(told["loss"]!), correct: only(told["correct"]!) };
    },
    release: () => learning.release(),
  };
}
