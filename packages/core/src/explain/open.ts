import type { Spec } from "../define/spec.js";
import type { WithVocabulary } from "../define/vocabulary.js";
import { activationBytes } from "../forward/memory.js";
import type { Prepared } from "../forward/prepare.js";
import { Graph } from "../ir/graph.js";
import { inline, prune } from "../ir/inline.js";
import { mapValues } from "../map-values.js";
import type { LoadedModel } from "../model/load.js";
import { writerFor } from "../normalize/write-for.js";
import type { Session } from "../runtime/runtime.js";
import { asPicture } from "../probe/as-picture.js";
import { numbers, tensor, type Tensor } from "../tensor.js";
import { buildLooks, mapName, outputsOf } from "./build.js";
import { randomizeWeights, type Randomized } from "./randomize.js";
import type { ExplainedPicture, Explainer, ExplainOptions, ExplainRun, Explanation, SeenPicture } from "./options.js";
import { openVariants } from "./run-variants.js";
import { publishAll } from "./variants.js";

/** Bytes that the values of all variants of one run may take. */
const memory = 256 * 2 ** 20;
const mostVariants = 32;

/** Opens a model for explaining pictures. Throws `bad-argument`, `unknown-layer`, `missing-vjp-rule`. */
export async function openExplainer(
  model: LoadedModel,
  target: Spec | string | undefined,
  options: ExplainOptions & WithVocabulary,
): Promise<Explainer> {
  const { graph, look, spec, methods, leftOut, prepared } = await buildLooks(model, target, options);
  const names = publishAll(graph, outputsOf(look, methods));
  const session = await openGraph(model, graph, prepared, options.randomized);
  const shape = prepared.shape.slice(1);
  const classes = look.scores?.shape[1];
  const variants = await openVariants(model, methods, options, {
    target: look.chosen ? classes! : spec!,
    perRun: Math.max(1, Math.min(mostVariants, Math.floor(memory / activationBytes(graph)))),
  });

  let forward: Promise<Session> | undefined;
  const explain = async (picture: Tensor, run: ExplainRun = {}): Promise<ExplainedPicture> => {
    const seen = asPicture(picture, prepared.shape);
    const results = await session.run({ [graph.inputs[0]!.name]: seen });
    const value = results[names["value"]!]!;
    const probability = results[names["probability"]!]!;
    const chosen = names["chosen"] === undefined ? undefined : results[names["chosen"]]!;
    const maps: Explanation[] = [];
    for (const [i, { method, definition, layers }] of methods.entries()) {
      const found = variants.has(i)
        ? await variants.get(i)!({ picture: seen, value, probability, chosen }, run)
        : { map: results[names[mapName(i)]!]! };
      const { map, ...others } = found;
      const data = Float32Array.from(map!.data as Float32Array);
      maps.push({
        method,
        map: tensor("float32", data, shape.slice(1)),
        isSigned: definition.isSigned ?? false,
        layers,
        numbers: mapValues(others, (t) => numbers(t)[0]!),
      });
    }
    return {
      target: spec,
      class: chosen ? numbers(chosen).indexOf(1) : null,
      ...saidIn(results, names),
      maps: maps as unknown as ExplainedPicture["maps"],
    };
  };
  return Object.assign(explain, {
    async look(picture: Tensor) {
      forward ??= openGraph(
        model,
        forwardOf(graph, [names["value"]!, names["probabilities"] ?? ""]),
        prepared,
        undefined,
      );
      const session = await forward;
      return saidIn(await session.run({ [session.inputs[0]!.name]: asPicture(picture, prepared.shape) }), names);
    },
    shape,
    methods: methods.map(({ method }) => method),
    leftOut,
    assumed: prepared.first.assumed,
    async release() {
      await session.release();
      await variants.release();
      await (await forward)?.release();
    },
  });
}

const saidIn = (
  results: Readonly<Record<string, Tensor>>,
  { value, probabilities }: Readonly<Record<string, string>>,
): SeenPicture => ({
  value: numbers(results[value!]!)[0]!,
  probabilities: probabilities === undefined ? null : numbers(results[probabilities]!),
});

/** A graph of one pass, opened. */
export async function openGraph(
  model: LoadedModel,
  graph: Graph,
  { first, weights, opsets, irVersion }: Prepared,
  randomized: Randomized | undefined,
): Promise<Session> {
  prune(graph);
  if (randomized) randomizeWeights(graph, first.normalized, weights.files, randomized);
  const bytes = (await writerFor(model.runtime.lowering))(graph, { opsets, irVersion, locate: weights.locate });
  return model.runtime.open(bytes, { files: weights.files });
}

/** The pass without any map: of the graph, only what the outputs of those names need. */
function forwardOf(graph: Graph, names: readonly string[]): Graph {
  const forward = new Graph("look");
  const bindings = new Map(graph.inputs.map((input) => [input, forward.input(input.name, input.type)]));
  const wanted = graph.outputs.filter(({ name }) => names.includes(name));
  const map = inline(forward, graph, bindings, wanted);
  for (const output of wanted) forward.output(map.get(output)!);
  return forward;
}
