/// <reference lib="esnext.disposable" preserve="true" />
import type { WithVocabulary } from "../define/vocabulary.js";
import { gradients } from "../autodiff/gradients.js";
import { changedRules } from "../autodiff/changed-rules.js";
import type { VjpRules } from "../autodiff/vjp.js";
import type { Settings } from "../compile/apply-optimizer.js";
import { buildObjectives, parseObjective } from "../compile/objective.js";
import type { Spec } from "../define/spec.js";
import { narrow } from "../forward/narrow.js";
import { prepare } from "../forward/prepare.js";
import { Graph } from "../ir/graph.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { mapValues } from "../map-values.js";
import type { LoadedModel } from "../model/load.js";
import { writerFor } from "../normalize/write-for.js";
import { numbers, tensor, type Shape, type Tensor } from "../tensor.js";
import { readTarget } from "../words/read-target.js";
import { asPicture } from "./as-picture.js";
import { fixedSettings, type ProbeOptions } from "./probe.js";

/** How the gradient of a target is computed. */
export interface DifferentiateOptions extends Omit<ProbeOptions, "batch" | "hasOpacity"> {
  /** Names of `overrides`: rules in the place of true gradients. */
  readonly overrides?: readonly string[] | undefined;
  /** vjp rules of your own, by operator. */
  readonly rules?: VjpRules | undefined;
}

/** What a picture makes of a target, and how it would have to change. */
export interface PictureGradient {
  /** The objective. */
  readonly value: number;
  /** Of the objective by the picture [channels, height, width], in picture units: the contract is applied. */
  readonly gradient: Tensor<"float32">;
}

/** The gradient of one target by pictures. Release it when done, or declare it with `await using`. */
export interface GradientProbe {
  /**
   * A picture [channels, height, width] from 0 (black) to 1 (white); one of another height and width is resized. Throws
   * `bad-argument` for other channels.
   */
  (picture: Tensor): Promise<PictureGradient>;
  /** Of the pictures that the model takes, [channels, height, width]. */
  readonly shape: Shape;
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens a model for the gradient of a target by pictures. Throws as `probe` does. */
export async function differentiate(
  model: LoadedModel,
  target: Spec<"objective"> | string,
  options: DifferentiateOptions & WithVocabulary,
): Promise<GradientProbe> {
  const { vocabulary, overrides, rules: given } = options;
  const prepared = await prepare(model, 1, options, options.images ? [1] : []);
  const { shape, weights, opsets, irVersion } = prepared;
  const graph = new Graph("gradient");
  const op = createOps(graph, model.runtime.lowering);
  const picture = graph.input("picture", { dtype: "float32", shape });
  const settings: Settings = fixedSettings(op);
  const network = prepared.network(op, picture);
  const spec = parseObjective(vocabulary, readTarget(target, prepared, options));
  const parts = { op, prepared, network, views: 1, narrow, picture, opacity: undefined, settings };
  const value = buildObjectives([spec], "objective", parts);
  const own = { ...mapValues(vocabulary.rule, ({ vjp }) => vjp), ...given };
  const rules = changedRules(overrides, own, model.source.functions, vocabulary.override);
  const [gradient] = await gradients(op, { of: value, wrt: [picture], rules });
  const names = {
    value: graph.publish(value, "value").name,
    gradient: graph.publish(gradient ?? zeros(op, shape), "gradient").name,
  };
  const bytes = (await writerFor(model.runtime.lowering))(graph, { opsets, irVersion, locate: weights.locate });
  const session = await model.runtime.open(bytes, { files: weights.files });
  const one = shape.slice(1);
  const probe = async (seen: Tensor): Promise<PictureGradient> => {
    const results = await session.run({ [picture.name]: asPicture(seen, shape) });
    return {
      value: numbers(results[names.value]!)[0]!,
      gradient: tensor("float32", results[names.gradient]!.data as Float32Array, one),
    };
  };
  const release = () => session.release();
  return Object.assign(probe, { shape: one, release, [Symbol.asyncDispose]: release });
}

const zeros = (op: Ops, shape: Shape) => op.fill(shape, 0);
