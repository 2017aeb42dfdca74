import { parseSpec, type Tensors, type Values } from "../define/definition.js";
import { looksOften, type FinishContext } from "../define/explanation.js";
import type { Spec } from "../define/spec.js";
import { XstarError } from "../errors.js";
import type { Prepared } from "../forward/prepare.js";
import { Graph, type Value } from "../ir/graph.js";
import { prune } from "../ir/inline.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { createRng } from "../rng.js";
import { size, type Shape, type Tensor } from "../tensor.js";
import { lookAt, type Explained, type LookOptions } from "./look.js";

/** A method that looks at many variants of one picture: what is run for some of them, and then once for all. */
export interface VariantGraphs {
  readonly step: Graph;
  /** Names of the sums by their names in the method. */
  readonly sums: Readonly<Record<string, string>>;
  readonly finish: Graph;
  /** Names of what it finds: `map`, and numbers. */
  readonly found: Readonly<Record<string, string>>;
  readonly count: number;
  /** Numbers of variants from `first` on, as many as one run takes; the last one is repeated with the weight 0. */
  draw(first: number): Tensors;
}

export interface VariantOptions extends LookOptions {
  /** Variants in one run. */
  readonly perRun: number;
  readonly seed: number;
}

export const pictureName = "picture";
export const chosenName = "chosen";
const weightName = "weight";

/** What was drawn for one variant, stacked for several. */
function stacked(all: readonly Tensors[]): Tensors {
  return Object.fromEntries(
    Object.entries(all[0]!).map(([name, first]) => {
      const each = size(first.shape);
      const data = new Float32Array(all.length * each);
      all.forEach((one, i) => data.set(one[name]!.data as Float32Array, i * each));
      return [name, { dtype: "float32", shape: [all.length, ...first.shape], data } satisfies Tensor];
    }),
  );
}

const drawnName = (name: string) => `drawn.${name}`;

/** Draws the variants of a method for pictures [channels, height, width]. */
export function drawVariants(
  prepared: Prepared,
  given: Spec,
  { perRun, seed }: Pick<VariantOptions, "perRun" | "seed">,
) {
  const { definition, spec } = parseSpec(prepared.vocabulary.explanation, given, "explanation");
  if (!looksOften(definition)) throw new XstarError("bad-argument", `"${spec.type}" looks at a picture once`);
  const shape = prepared.shape.slice(1);
  const count = definition.count(spec, shape);
  const rng = createRng(seed).split(spec.type);
  const drawOne = (index: number): Tensors =>
    definition.draw(spec, { shape, index, count, rng: rng.split(index), assets: prepared.assets });
  return {
    definition,
    spec,
    count,
    draw: (first: number): Tensors => {
      const indices = Array.from({ length: perRun }, (_, i) => Math.min(first + i, count - 1));
      const weights = Float32Array.from(indices, (_, i) => Number(first + i < count));
      const drawn = Object.entries(stacked(indices.map(drawOne))).map(([name, t]) => [drawnName(name), t] as const);
      return { ...Object.fromEntries(drawn), [weightName]: { dtype: "float32", shape: [perRun], data: weights } };
    },
  };
}

/** What was drawn, by the method's names, and the weights of the variants. */
export function splitDrawn(values: Values): { readonly drawn: Values; readonly weights: Value } {
  const { [weightName]: weights, ...held } = values;
  const drawn = Object.entries(held).map(([name, value]) => [name.slice(drawnName("").length), value] as const);
  return { drawn: Object.fromEntries(drawn), weights: weights! };
}

export type Drawn = ReturnType<typeof drawVariants>;

/** The sums over some variants: what was drawn for them [n, ...], and their weights [n]. */
export function readVariants(
  op: Ops,
  { definition, spec }: Drawn,
  {
    picture,
    target,
    drawn,
    weights,
    options,
  }: {
    readonly picture: Value;
    readonly target: Explained;
    readonly drawn: Values;
    readonly weights: Value;
    readonly options: LookOptions;
  },
): Values {
  const [n] = weights.shape as [number];
  const seen = op.expand(definition.see(spec, { op, picture, drawn }), [n, ...picture.shape.slice(1)]);
  const look = lookAt(op, seen, target, options);
  const { value, probability, gradient } = look;
  const read = definition.read(spec, {
    op,
    picture,
    variants: seen,
    drawn,
    value,
    probability,
    gradient: () => gradient(),
  });
  return Object.fromEntries(
    Object.entries(read).map(([name, one]) => {
      const whole = op.reshape(weights, [n, ...one.shape.slice(1).map(() => 1)]);
      return [name, op.reduceSum(op.mul(one, whole), [0], one.rank > 1)];
    }),
  );
}

/** What the sums over all variants become: a map of the picture's size, and numbers. */
export function finishVariants({ definition, spec }: Drawn, context: FinishContext): Values {
  const { op, picture } = context;
  const { map, ...numbers } = definition.finish(spec, context);
  return { map: op.resize(map!, [1, 1, ...picture.shape.slice(2)]), ...numbers };
}

/** The graphs of a method that looks at many variants. */
export function buildVariants(
  given: Spec,
  { perRun, seed, ...options }: VariantOptions,
  target: Spec | number,
): VariantGraphs {
  const { prepared } = options;
  const drawn = drawVariants(prepared, given, { perRun, seed });
  const { lowering } = prepared.first.model.runtime;
  const one: Shape = [1, ...prepared.shape.slice(1)];
  const step = new Graph("variants");
  const op = createOps(step, lowering);
  const picture = step.input(pictureName, { dtype: "float32", shape: one });
  const inputs = Object.fromEntries(
    Object.entries(drawn.draw(0)).map(([name, { shape }]) => [name, step.input(name, { dtype: "float32", shape })]),
  );
  const { drawn: named, weights } = splitDrawn(inputs);
  const explained: Explained =
    typeof target === "number"
      ? { chosen: step.input(chosenName, { dtype: "float32", shape: [1, target] }) }
      : { spec: target };
  const sums = readVariants(op, drawn, { picture, target: explained, drawn: named, weights, options });
  const sumNames = publishAll(step, sums);
  prune(step);

  const finish = new Graph("finish");
  const ops = createOps(finish, lowering);
  const whole = finish.input(pictureName, { dtype: "float32", shape: one });
  const scalar = (name: string) => finish.input(name, { dtype: "float32", shape: [1] });
  const found = finishVariants(drawn, {
    op: ops,
    picture: whole,
    value: scalar("value"),
    probability: scalar("probability"),
    sums: Object.fromEntries(
      Object.entries(sums).map(([name, { shape }]) => [name, finish.input(`sum.${name}`, { dtype: "float32", shape })]),
    ),
    count: drawn.count,
  });
  return { step, sums: sumNames, finish, found: publishAll(finish, found), count: drawn.count, draw: drawn.draw };
}

export const publishAll = (graph: Graph, values: Values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, graph.publish(value, name).name]));
