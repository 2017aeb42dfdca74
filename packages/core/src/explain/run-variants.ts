import { allRules } from "../autodiff/rules/table.js";
import type { Spec } from "../define/spec.js";
import type { WithVocabulary } from "../define/vocabulary.js";
import { XstarError } from "../errors.js";
import { prepareModel } from "../forward/prepare-model.js";
import { prepare } from "../forward/prepare.js";
import type { LoadedModel } from "../model/load.js";
import { writerFor } from "../normalize/write-for.js";
import type { Session } from "../runtime/runtime.js";
import type { Tensor } from "../tensor.js";
import type { BuiltMethod } from "./build.js";
import type { ExplainOptions, ExplainRun } from "./options.js";
import { randomizeWeights } from "./randomize.js";
import { buildVariants, chosenName, pictureName, type VariantGraphs } from "./variants.js";

/** A picture, and what the network said of it. */
interface Seen {
  readonly picture: Tensor;
  readonly value: Tensor;
  readonly probability: Tensor;
  /** 1 for the class that is explained, [1, classes]. */
  readonly chosen: Tensor | undefined;
}

type RunVariants = (seen: Seen, run: ExplainRun) => Promise<Readonly<Record<string, Tensor>>>;

interface OpenVariants {
  has(method: number): boolean;
  get(method: number): RunVariants | undefined;
  release(): Promise<void>;
}

/** Opens the methods that look at many variants of a picture, for so many variants in one run where the model takes several. */
export async function openVariants(
  model: LoadedModel,
  methods: readonly BuiltMethod[],
  options: ExplainOptions & WithVocabulary,
  { target, perRun: wanted }: { readonly target: Spec | number; readonly perRun: number },
): Promise<OpenVariants> {
  const many = [...methods.entries()].filter(([, { map }]) => map === undefined);
  const opened = new Map<number, RunVariants>();
  const sessions: Session[] = [];
  const release = async () => void (await Promise.all(sessions.map((session) => session.release())));
  if (many.length === 0) return { has: () => false, get: () => undefined, release };
  const several = wanted > 1 ? await prepareModel(model, wanted, options) : undefined;
  const perRun = several?.perRun === wanted ? wanted : 1;
  const prepared = await prepare(model, perRun, options, [1]);
  const { weights, opsets, irVersion } = prepared;
  const open = async (graph: VariantGraphs["step"]) => {
    if (options.randomized) randomizeWeights(graph, prepared.first.normalized, weights.files, options.randomized);
    const bytes = (await writerFor(model.runtime.lowering))(graph, { opsets, irVersion, locate: weights.locate });
    const session = await model.runtime.open(bytes, { files: weights.files });
    sessions.push(session);
    return session;
  };
  const { rules, logits, layer, seed = 0 } = options;
  const standardRules = await allRules();
  for (const [i, { method }] of many) {
    const graphs = buildVariants(
      method,
      { prepared: withOne(prepared), standardRules, rules, logits, layer, perRun, seed },
      target,
    );
    const step = await open(graphs.step);
    const finish = await open(graphs.finish);
    opened.set(i, (seen, run) => runAll(graphs, { step, finish, perRun, name: method.type }, seen, run));
  }
  return { has: (i) => opened.has(i), get: (i) => opened.get(i), release };
}

/** Prepared for several variants of one picture. */
const withOne = <T extends { shape: readonly number[] }>(prepared: T): T => ({
  ...prepared,
  shape: prepared.shape.with(0, 1),
});

async function runAll(
  graphs: VariantGraphs,
  { step, finish, perRun, name }: { step: Session; finish: Session; perRun: number; name: string },
  { picture, value, probability, chosen }: Seen,
  { signal, onProgress }: ExplainRun,
): Promise<Readonly<Record<string, Tensor>>> {
  const totals = new Map<string, { readonly like: Tensor; readonly sum: Float64Array }>();
  const takes = new Set(graphs.step.inputs.map((input) => input.name));
  for (let first = 0; first < graphs.count; first += perRun) {
    if (signal?.aborted) throw new XstarError("aborted", `Stopped after ${first} of ${graphs.count} variants`);
    const feeds = { [pictureName]: picture, ...graphs.draw(first), ...(chosen && { [chosenName]: chosen }) };
    const results = await step.run(Object.fromEntries(Object.entries(feeds).filter(([input]) => takes.has(input))));
    for (const [sum, output] of Object.entries(graphs.sums)) {
      const like = results[output]!;
      const data = like.data as Float32Array;
      const total = totals.get(sum)?.sum ?? new Float64Array(data.length);
      for (let at = 0; at < data.length; at++) total[at]! += data[at]!;
      totals.set(sum, { like, sum: total });
    }
    onProgress?.(name, Math.min(first + perRun, graphs.count), graphs.count);
  }
  const sums = [...totals].map(([sum, { like, sum: data }]): [string, Tensor] => [
    `sum.${sum}`,
    { ...like, data: Float32Array.from(data) },
  ]);
  const feeds = { [pictureName]: picture, value, probability, ...Object.fromEntries(sums) };
  const wanted = finish.inputs.map((input) => input.name);
  const results = await finish.run(Object.fromEntries(wanted.map((input) => [input, feeds[input as "value"]])));
  return Object.fromEntries(Object.entries(graphs.found).map(([found, output]) => [found, results[output]!]));
}
