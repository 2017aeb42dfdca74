import {
  canonicalOpset,
  collectSettings,
  createOps,
  emptySlots,
  gradients,
  Graph,
  prepareOptimizer,
  prune,
  size,
  standard,
  tensor,
  writeModel,
  type Ops,
  type Runtime,
  type Spec,
  type Tensor,
  type Value,
} from "@xstar/core";

/** Weights, and what the optimizer keeps of them, by name. */
export type LearningState = Readonly<Record<string, Tensor>>;

/** What is learned. */
export interface Learning {
  readonly name: string;
  /** Weights before the first step: their names and shapes. */
  readonly weights: LearningState;
  readonly optimizer: Spec<"optimizer">;
  /** What is made large, [], and what else is told of a step; further inputs are added to `op.graph`. */
  build(op: Ops, weights: Values): { readonly objective: Value; readonly told: Values };
  /** What is done to the weights after each step. @default nothing */
  tidy?(op: Ops, weights: Values): Values;
}

type Values = Readonly<Record<string, Value>>;

/** One step of learning in one graph: weights in, new weights out. */
export interface LearningStep {
  /** Weights and what the optimizer keeps, before the first step. */
  begin(weights: LearningState): LearningState;
  /** One step; the state that it gives lasts until the step after the next. */
  run(
    state: LearningState,
    inputs: LearningState,
    learningRate: number,
  ): Promise<{ readonly state: LearningState; readonly told: LearningState }>;
  release(): Promise<void>;
}

/** Compiles a step of learning: the same autodiff as that of an ascent, with respect to the weights. */
export async function compileLearning(
  runtime: Runtime,
  { name, weights, optimizer, build, tidy = (_, all) => all }: Learning,
): Promise<LearningStep> {
  const graph = new Graph(name);
  const op = createOps(graph);
  const variables = Object.fromEntries(Object.entries(weights).map(([key, t]) => [key, graph.input(key, t)]));
  const { objective, told } = build(op, variables);
  const step = graph.input("step", { dtype: "float32", shape: [] });
  const { settings, tensors } = collectSettings(graph);
  const { apply } = prepareOptimizer(op, { vocabulary: standard, optimizer, step, settings });
  const names = Object.keys(variables);
  const found = await gradients(op, { of: objective, wrt: Object.values(variables) });
  const applied = apply(variables, Object.fromEntries(names.map((key, i) => [key, found[i]!])));
  const publish = (values: Values, prefix: string) =>
    new Map(Object.entries(values).map(([key, value]) => [key, graph.publish(value, `${prefix}.${key}`).name]));
  const next = publish({ ...tidy(op, applied.variables), ...applied.slots, step: op.add(step, 1) }, "next");
  const outputs = publish(told, "told");
  const zeros = emptySlots(applied.slots);

  prune(graph);
  const session = await runtime.open(writeModel(graph, { opsets: new Map([["", canonicalOpset]]) }));
  const shapes = new Map(graph.inputs.map((input) => [input.name, input.shape]));
  const buffers = (): Record<string, Tensor> =>
    Object.fromEntries(
      [...next].map(([key, output]) => {
        const shape = shapes.get(key)!;
        return [output, tensor("float32", new Float32Array(size(shape)), shape)];
      }),
    );
  const spare = [buffers(), buffers()];
  let turn = 0;
  return {
    begin: (given) => ({ ...given, ...zeros, step: tensor("float32", [1], []) }),
    async run(state, inputs, learningRate) {
      turn = 1 - turn;
      const rate = { "optimizer.learningRate": tensor("float32", [learningRate], []) };
      const results = await session.run({ ...state, ...tensors, ...rate, ...inputs }, undefined, spare[turn]);
      const read = (from: ReadonlyMap<string, string>) =>
        Object.fromEntries([...from].map(([key, output]) => [key, results[output]!]));
      return { state: read(next), told: read(outputs) };
    },
    release: () => session.release(),
  };
}
