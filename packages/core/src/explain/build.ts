import { allRules } from "../autodiff/rules/table.js";
import type { VjpRules } from "../autodiff/vjp.js";
import { parseObjective } from "../compile/objective.js";
import { parseSpec, type Values } from "../define/definition.js";
import { looksOften, type ExplanationDefinition } from "../define/explanation.js";
import type { Spec } from "../define/spec.js";
import type { Vocabulary, WithVocabulary } from "../define/vocabulary.js";
import { check, XstarError } from "../errors.js";
import { prepare, type Prepared } from "../forward/prepare.js";
import { Graph, type Value } from "../ir/graph.js";
import { createOps } from "../ir/ops/index.js";
import type { LoadedModel } from "../model/load.js";
import { readTarget } from "../words/read-target.js";
import { parseWords } from "../words/spec-words.js";
import { lookAt, type Explained, type Look } from "./look.js";
import type { ExplainOptions } from "./options.js";

/** A method, and its map where one look at the picture gives it. */
export interface BuiltMethod {
  readonly method: Spec<"explanation">;
  readonly definition: ExplanationDefinition;
  /** [pictures, 1, height, width] of the picture. */
  readonly map: Value | undefined;
  readonly layers: readonly string[];
}

/** One pass of pictures with the maps of all methods that look once. */
export interface BuiltLooks {
  readonly graph: Graph;
  readonly look: Look;
  readonly prepared: Prepared;
  /** Every rule that xstar has, loaded. */
  readonly standardRules: VjpRules;
  /** The target; null where it is the likeliest class. */
  readonly spec: Spec<"objective"> | null;
  readonly explained: Explained;
  readonly methods: readonly BuiltMethod[];
  readonly leftOut: readonly { readonly method: string; readonly reason: string }[];
}

/** A target as it is explained: the score of a class is told from other objectives. */
function explainedBy(spec: Spec | null): Explained {
  if (!spec) return { likeliest: true };
  const isClass = spec.type === "logit" && spec["model"] === undefined && typeof spec["class"] === "number";
  return isClass ? { class: spec["class"] as number } : { spec };
}

/** The map of a layer: weighed over all places, but for a neuron, which looks at a part of the picture, place by place. */
const ofPlaces = (spec: Spec | null) => (spec?.type === "neuron" ? "hiResCam" : "gradCam");

/** The methods of which the first that fits the model is taken where a caller names none. */
const usual = (spec: Spec | null) => ["gradientRollout", ofPlaces(spec), "integratedGradients"];

const specOf = (vocabulary: Vocabulary, given: Spec | string) =>
  typeof given === "string" ? parseWords(vocabulary, "explanation", given) : given;

/** Builds one pass of `batch` pictures and what methods make of it. */
export async function buildLooks(
  model: LoadedModel,
  target: Spec | string | undefined,
  options: ExplainOptions & WithVocabulary,
  batch = 1,
): Promise<BuiltLooks> {
  const { vocabulary, methods: given, also = [], layer, rules, logits } = options;
  check(!given || Array.isArray(given), "methods", "a list", given);
  const prepared = await prepare(model, batch, options, options.images ? [1] : []);
  const { shape } = prepared;
  if (shape.length !== 4)
    throw new XstarError("bad-argument", `An input of shape [${shape}] is no picture, and no map of it can be drawn`);
  const spec = target === undefined ? null : parseObjective(vocabulary, readTarget(target, prepared, options));
  const explained = explainedBy(spec);
  const graph = new Graph("explanation");
  const op = createOps(graph, model.runtime.lowering);
  const picture = graph.input("picture", { dtype: "float32", shape });
  const standardRules = await allRules();
  const look = lookAt(op, picture, explained, { prepared, standardRules, rules, logits, layer });
  const build = (one: Spec | string): BuiltMethod => {
    const { definition, spec: method } = parseSpec(vocabulary.explanation, specOf(vocabulary, one), "explanation");
    if (looksOften(definition)) return { method, definition, map: undefined, layers: [] };
    look.read.clear();
    const map = op.resize(definition.build(method, look), [batch, 1, ...shape.slice(2)]);
    return { method, definition, map, layers: [...look.read] };
  };
  // a layer is named for a map that is made of one
  const methods = given
    ? given.map(build)
    : [layer === undefined ? firstThatFits(usual(spec), build) : build(ofPlaces(spec))];
  const leftOut: { method: string; reason: string }[] = [];
  for (const one of also) {
    const method = specOf(vocabulary, one);
    if (methods.some((known) => known.method.type === method.type)) continue;
    try {
      methods.push(build(method));
    } catch (error) {
      if (!isUnfit(error)) throw error;
      leftOut.push({ method: method.type, reason: error.message });
    }
  }
  return { graph, look, prepared, standardRules, spec, explained, methods, leftOut };
}

/** What a method throws that does not fit a model: no places, no attention, no rule for its operators. */
const isUnfit = (error: unknown): error is XstarError =>
  XstarError.is(error) && ["bad-argument", "missing-vjp-rule", "no-gradient"].includes(error.code);

function firstThatFits(types: readonly string[], build: (type: string) => BuiltMethod): BuiltMethod {
  for (const type of types.slice(0, -1)) {
    try {
      return build(type);
    } catch (error) {
      if (!isUnfit(error)) throw error;
    }
  }
  return build(types.at(-1)!);
}

export const mapName = (i: number) => `map${i}`;

/** What is read of a pass: the target, the scores, and the maps. */
export function outputsOf({ value, probability, scores, chosen, op }: Look, methods: readonly BuiltMethod[]): Values {
  return {
    value,
    probability,
    ...(scores && { probabilities: op.softmax(scores, 1) }),
    ...(chosen && { chosen }),
    ...Object.fromEntries(methods.flatMap(({ map }, i) => (map ? [[mapName(i), map] as const] : []))),
  };
}
