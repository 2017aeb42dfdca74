import { changedRules } from "../autodiff/changed-rules.js";
import { gradientsBy } from "../autodiff/missing-rules.js";
import type { VjpRules } from "../autodiff/vjp.js";
import { buildObjectives } from "../compile/objective.js";
import type { AttentionLayers, ExplanationContext, PlacedLayer } from "../define/explanation.js";
import type { Spec } from "../define/spec.js";
import { XstarError } from "../errors.js";
import type { Network, Prepared } from "../forward/prepare.js";
import { ancestorsOf } from "../ir/ancestors.js";
import type { Value } from "../ir/graph.js";
import { axesAfterFirst, type Ops } from "../ir/ops/index.js";
import { mapValues } from "../map-values.js";
import type { Layout } from "../model/axis-factors.js";
import { followAxes } from "../model/axes.js";
import { classCount, scoreOutput } from "../model/layers.js";
import { fixedSettings } from "../probe/probe.js";
import { tensor } from "../tensor.js";
import { chooseLayers, isAttention, unweighedBefore, type Placed } from "./choose-layer.js";
import { asPlanes, gridOf, placesOf } from "./grid.js";

/** What is explained: a class, one that is chosen when the graph runs [pictures, classes], the likeliest one, or an objective. */
export type Explained =
  | { readonly class: number }
  | { readonly chosen: Value }
  | { readonly likeliest: true }
  | { readonly spec: Spec };

/** One pass of pictures with what is explained of them. */
export interface Look extends ExplanationContext {
  readonly network: Network;
  /** The target as a probability where it is a class. */
  readonly probability: Value;
  /** Names of the layers that were read; what is emptied is filled again. */
  readonly read: Set<string>;
}

export interface LookOptions {
  readonly prepared: Prepared;
  /** Every rule that xstar has, loaded. */
  readonly standardRules: VjpRules;
  /** One's own before those. */
  readonly rules?: VjpRules | undefined;
  readonly logits?: string | undefined;
  /** The layer that is taken where a method names none. */
  readonly layer?: string | undefined;
}

/** Class scores [n, classes] of a pass, their mean over the places of a network that scores many; undefined without any. */
export function scoresOf(op: Ops, { first }: Prepared, network: Network, logits?: string): Value | undefined {
  const output = scoreOutput(first.normalized, logits);
  if (classCount(output) === undefined && output.shape.length < 3) return undefined;
  const scores = network.logits();
  return scores.rank === 2 ? scores : op.reduceMean(scores, axesAfterFirst(scores).slice(1));
}

/** 1 for the class that is explained, else 0, [n, classes]. */
function chosenBy(op: Ops, scores: Value, target: Exclude<Explained, { spec: Spec }>): Value {
  if ("chosen" in target) return target.chosen;
  const count = scores.shape[1]!;
  if ("class" in target && target.class >= count) {
    throw new XstarError(
      "bad-argument",
      `${target.class} is out of range: there are ${count} classes of the model, from 0 to ${count - 1}`,
    );
  }
  const numbers = Array.from({ length: count }, (_, i) => i);
  const classes = op.constant(tensor("int64", numbers, [1, count]), "classes");
  const best = "class" in target ? op.scalar(target.class, "int64") : op.argMax(scores, 1, true);
  return op.expand(op.cast(op.equal(classes, best), "float32"), scores.shape);
}

/** What a method may read of pictures, of which the network's pass is `network`. */
export function lookAt(
  op: Ops,
  picture: Value,
  target: Explained,
  { prepared, standardRules, rules: own, logits, layer: usual }: LookOptions,
): Look {
  const network = prepared.network(op, picture);
  const scores = scoresOf(op, prepared, network, logits);
  const isClass = !("spec" in target);
  const chosen = isClass ? chosenBy(op, required(scores), target) : undefined;
  const ofClass = (values: Value) => op.sumOfEach(op.mul(values, chosen!));
  const value = "spec" in target ? ofSpec(target.spec) : ofClass(required(scores));
  const probability = isClass ? ofClass(op.softmax(required(scores), 1)) : value;
  const given = { ...mapValues(prepared.vocabulary.rule, ({ vjp }) => vjp), ...own };
  const rulesOf = (overrides?: readonly string[]) => ({
    ...standardRules,
    ...changedRules(overrides, given, prepared.first.model.source.functions, prepared.vocabulary.override),
  });
  const size = prepared.first.shape.slice(2) as readonly number[] as readonly [number, number];
  const read = new Set<string>();
  const known = new Map<string, Value>();
  const once = (key: string, make: () => Value) => {
    const made = known.get(key) ?? make();
    known.set(key, made);
    return made;
  };
  const slopes = (of: Value, wrt: readonly Value[], overrides?: readonly string[]) =>
    gradientsBy(rulesOf(overrides), op, { of, wrt }).map((g, i) => g ?? op.fill(wrt[i]!.shape, 0, wrt[i]!.dtype));
  let found: readonly Placed[] | undefined;
  const usualLayers = () => {
    const [before, itself] = [ancestorsOf(value), unweighedBefore(value)];
    const choose = (isUsable: (one: Value) => boolean) =>
      chooseLayers(prepared.first, (name) => network.parts(name).values.every(isUsable), logits);
    found ??= choose((one) => before.has(one) && !itself.has(one));
    // of a unit of the first layer
    if (found.length === 0) found = choose((one) => before.has(one));
    if (found.length > 0) return found;
    throw new XstarError("bad-argument", "No layer before the target has places, so no map can be made of one", {
      hint: 'Choose a method that needs none, such as "integratedGradients" or "occlusion"',
    });
  };

  function ofSpec(spec: Spec): Value {
    const specs = Array.from({ length: picture.shape[0]! }, () => spec);
    const settings = fixedSettings(op);
    return buildObjectives(specs, "target", { op, prepared, network, views: 1, picture, opacity: undefined, settings });
  }

  function placed(name: string): PlacedLayer {
    const parts = network.parts(name);
    read.add(name);
    const whole = parts.join(parts.values);
    const { units } = network.arrangement(name);
    const grid = placesOf(whole.shape, { units }, size);
    if (!grid || units === undefined) {
      throw new XstarError("bad-argument", `Layer "${name}" of shape [${whole.shape}] has no places in a picture`, {
        hint: `Choose one that has, such as "${usualLayers().at(-1)!.name}"`,
      });
    }
    const planes = (values: readonly Value[]) => asPlanes(op, parts.join(values), units, grid);
    return {
      activations: once(name, () => planes(parts.values)),
      gradient: (of = value) => once(`${name} by ${of.name}`, () => planes(slopes(of, parts.values))),
    };
  }

  function attention(): AttentionLayers {
    const { normalized, input } = prepared.first;
    const layouts = followAxes(normalized, input);
    const before = ancestorsOf(value);
    const all = [...normalized.values]
      .filter(([, one]) => isAttention(one))
      .map(([name, one]) => ({ name, isInWindows: isInWindows(layouts.get(one)), ...network.parts(name) }))
      .filter(({ values }) => values.every((one) => before.has(one)));
    // behind windows, tokens stand for what they have seen there
    const parts = all.slice(all.findLastIndex((one) => one.isInWindows) + 1);
    const whole = parts.map(({ values, join }) => byHeads(join(values)));
    const tokens = whole[0]?.shape[3];
    const grid = tokens === undefined ? undefined : gridOf(tokens, size);
    if (!grid || whole.some(({ shape }) => shape[3] !== tokens)) {
      throw new XstarError("bad-argument", "The model has no attention of all parts of a picture on all others", {
        hint: 'Choose another method, such as "gradCam"',
      });
    }
    for (const { name } of parts) read.add(name);
    return {
      weights: whole,
      gradients() {
        const all = slopes(
          value,
          parts.flatMap(({ values }) => values),
        );
        return parts.map(({ values, join }) => byHeads(join(all.splice(0, values.length))));
      },
      asPlanes: (x) => asPlanes(op, op.reshape(x, [...x.shape, 1]), 2, grid),
      extra: grid.extra,
    };
  }

  function byHeads(x: Value): Value {
    const [tokens] = x.shape.slice(-1) as [number];
    const heads = x.shape.slice(1, -2).reduce((a, b) => a * b, 1);
    return op.reshape(x, [x.shape[0]!, heads, tokens, tokens]);
  }

  return {
    op,
    network,
    picture,
    value,
    probability,
    scores,
    chosen,
    read,
    gradient: (overrides = []) => once(`picture ${overrides}`, () => slopes(value, [picture], overrides)[0]!),
    layer: (name) => placed(name ?? usual ?? usualLayers().at(-1)!.name),
    layers: () => (usual === undefined ? usualLayers().slice(-3) : [{ name: usual }]).map(({ name }) => placed(name)),
    attention,
  };
}

/** Whether attention weights [..., tokens, tokens] are of parts of a picture, each for itself: places lie along an axis before. */
const isInWindows = (layout: Layout | undefined): boolean =>
  layout?.slice(0, -2).some((axis) => axis.some(({ role, size }) => role === "place" && size > 1)) ?? false;

function required(scores: Value | undefined): Value {
  if (scores) return scores;
  throw new XstarError("bad-argument", "The model has no class scores, so there is no likeliest class to explain", {
    hint: "Name a target, such as LAYER:CHANNEL, or the output that has the scores with --logits",
  });
}
