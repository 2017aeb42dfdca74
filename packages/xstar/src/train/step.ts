import {
  canonicalOpset,
  collectSettings,
  createOps,
  emptySlots,
  gradients,
  Graph,
  prepareOptimizer,
  prune,
  standard,
  size,
  tensor,
  writeModel,
  type Runtime,
  type Session,
  type Spec,
  type Tensor,
  type Value,
} from "@xstar/core";
import { emitConvolutions, emitDense, side, type Weights } from "./network.js";

type State = Readonly<Record<string, Tensor>>;

/** One training step in one graph: batch and weights in, loss and new weights out. */
export interface TrainingStep {
  readonly batch: number;
  /** Weights and what the optimizer keeps, before the first step. */
  begin(weights: Weights): State;
  /** One step on pictures (uint8, batch x 28 x 28) and labels; the state that it gives lasts until the step after the next. */
  run(state: State, images: Uint8Array, labels: ArrayLike<number>, learningRate: number): Promise<TrainingResult>;
  release(): Promise<void>;
}

export interface TrainingResult {
  readonly state: State;
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
  const graph = new Graph("training");
  const op = createOps(graph);
  const images = graph.input("images", { dtype: "uint8", shape: [batch, 1, side, side] });
  const labels = graph.input("labels", { dtype: "int64", shape: [batch] });
  const variables = Object.fromEntries(Object.entries(weights).map(([name, t]) => [name, graph.input(name, t)]));

  const pictures = op.mul(op.cast(images, "float32"), 1 / 255);
  const parts = op.split(pictures, partsOf(batch), 0).map((part) => emitConvolutions(op, part, variables).pool);
  const { logits } = emitDense(op, op.concat(parts, 0), variables);
  const wanted = op.cast(op.equal(op.unsqueeze(labels, [1]), op.range(logits.shape[1]!)), "float32");
  const logLikelihood = op.reduceMean(op.reduceSum(op.mul(op.logSoftmax(logits, 1), wanted), [1]));
  const correct = op.reduceSum(op.cast(op.equal(op.argMax(logits, 1), labels), "float32"));

  const step = graph.input("step", { dtype: "float32", shape: [] });
  const { settings, tensors } = collectSettings(graph);
  const { apply } = prepareOptimizer(op, { vocabulary: standard, optimizer, step, settings });
  const names = Object.keys(variables);
  const found = await gradients(op, { of: logLikelihood, wrt: Object.values(variables) });
  const applied = apply(variables, Object.fromEntries(names.map((name, i) => [name, found[i]!])));
  const next = new Map<string, string>();
  const publish = (value: Value, name: string) => graph.publish(value, name).name;
  for (const [name, value] of Object.entries({ ...applied.variables, ...applied.slots }))
    next.set(name, publish(value, `next.${name}`));
  const zeros = emptySlots(applied.slots);
  next.set("step", publish(op.add(step, 1), "next.step"));
  const lossName = publish(op.neg(logLikelihood), "loss");
  const correctName = publish(correct, "correct");

  prune(graph);
  const session: Session = await runtime.open(writeModel(graph, { opsets: new Map([["", canonicalOpset]]) }));
  const spare = [buffersLike(), buffersLike()];
  let turn = 0;
  function buffersLike(): Record<string, Tensor> {
    const shapes = new Map(graph.inputs.map((input) => [input.name, input.shape]));
    return Object.fromEntries(
      [...next].map(([name, output]) => [
        output,
        tensor("float32", new Float32Array(size(shapes.get(name)!)), shapes.get(name)!),
      ]),
    );
  }
  return {
    batch,
    begin: (given) => ({ ...given, ...zeros, step: tensor("float32", [1], []) }),
    async run(state, pixels, targets, learningRate) {
      turn = 1 - turn;
      const feeds: Record<string, Tensor> = {
        ...state,
        ...tensors,
        "optimizer.learningRate": tensor("float32", [learningRate], []),
        images: { dtype: "uint8", shape: [batch, 1, side, side], data: pixels },
        labels: tensor("int64", targets),
      };
      const results = await session.run(feeds, undefined, spare[turn]);
      return {
        state: Object.fromEntries([...next].map(([name, output]) => [name, results[output]!])),
        loss: (results[lossName]!.data as Float32Array)[0]!,
        correct: (results[correctName]!.data as Float32Array)[0]!,
      };
    },
    release: () => session.release(),
  };
}
