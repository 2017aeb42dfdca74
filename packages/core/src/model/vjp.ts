import { nearest, oneOf, suggest, XstarError } from "../errors.js";
import { cutOff, gradients } from "../autodiff/gradients.js";
import { changedRules } from "../autodiff/changed-rules.js";
import { overrides as standardOverrides } from "../autodiff/overrides.js";
import type { VjpRules } from "../autodiff/vjp.js";
import { Graph, type Value } from "../ir/graph.js";
import { inline, prune } from "../ir/inline.js";
import { createOps, isFloat } from "../ir/ops/index.js";
import { writerFor } from "../normalize/write-for.js";
import type { Session } from "../runtime/runtime.js";
import { shapesOf, type ShapesByName, type Tensor } from "../tensor.js";
import { checkFeed, checkFeeds } from "./check-feeds.js";
import { beforeCuts, cutBefore } from "./before-cuts.js";
import { givenTensors, type GivenInputs } from "./given.js";
import { checkModel, inputShapes, type LoadedModel } from "./load.js";
import { locator } from "../onnx/weights.js";

/** A compiled vector-Jacobian product. Release it when done. */
export interface VjpFunction {
  /** The output for `feeds`, and the gradient of sum(output * cotangent) by the input, of the input's shape. */
  run(feeds: Readonly<Record<string, Tensor>>, cotangent: Tensor): Promise<{ output: Tensor; gradient: Tensor }>;
  release(): Promise<void>;
}

/** What is differentiated by what, for inputs of which shapes. */
export interface VjpOptions {
  /** Of every input, by its name; those that the model says when left out. */
  readonly shapes?: ShapesByName;
  /** What other inputs hold, by name: constants, which `run` is not fed again. Shapes may depend on them. */
  readonly inputs?: GivenInputs;
  /** The value to differentiate; the model's first output when left out. */
  readonly of?: string;
  /** The input to differentiate by; the model's first of floats when left out. */
  readonly wrt?: string;
  /** Names of `overrides`. */
  readonly overrides?: readonly string[];
  /** Your own rules, before the standard ones. */
  readonly rules?: VjpRules;
  /**
   * Computes in float64 between float32 inputs and outputs, to tell what rounding does. Many times slower.
   * @default "float32"
   */
  readonly precision?: "float32" | "float64";
}

/**
 * Builds the vector-Jacobian product of a model: one graph, forward and backward. It works on the model's own inputs and
 * outputs:
 * for the gradient of a target by a picture, in picture units, there is `differentiate`.
 *
 * Throws `bad-argument`, `unknown-layer`, `missing-vjp-rule`, `no-gradient`.
 *
 * @example
 * const product = await vjp(model, { shapes: new Map([["x", [1, 3, 224, 224]]]), of: "conv2" });
 * const { output, gradient } = await product.run({ x: input }, cotangent);
 * await product.release();
 */
export async function vjp(
  model: LoadedModel,
  { shapes: free, inputs = {}, of, wrt, overrides, rules, precision = "float32" }: VjpOptions = {},
): Promise<VjpFunction> {
  checkModel(model);
  if (!["float32", "float64"].includes(precision)) {
    throw new XstarError("bad-argument", `The precision is "float32" or "float64", not ${JSON.stringify(precision)}`, {
      hint: "A float16 model is computed in float16 by itself, with tensors of float16",
    });
  }
  const known = shapesOf(free);
  const shapes = new Map([...inputShapes(model.source.inputs, 1, known), ...known]);
  const single = await model.at(shapes, givenTensors(model.source.inputs, inputs, shapes));
  const name = of ?? model.source.graph.outputs[0]!.name;
  const named = single.values.get(name);
  const called = { of: `"${name}"`, scope: "" };
  if (named?.node && !named.type) throw cutOff(named.node, called);
  const normalized =
    precision === "float64"
      ? await (await import("./float64.js")).inFloat64(beforeCuts(single), model.runtime)
      : single;
  const graph = new Graph("vjp");
  const op = createOps(graph, model.runtime.lowering);
  const bindings = new Map(normalized.graph.inputs.map((input) => [input, graph.input(input.name, input.type)]));
  const target = normalized.values.get(name);
  if (!target) {
    const cut = named && cutBefore(named);
    if (cut) throw cutOff(cut, called);
    throw new XstarError("unknown-layer", `The model has no value named "${name}"`, {
      hint: suggest(name, normalized.values.keys()),
      details: { layer: name, nearest: nearest(name, normalized.values.keys()) },
    });
  }
  const map = inline(graph, normalized.graph, bindings, [target]);
  const output = map.get(target) ?? target;
  const input = inputToDifferentiate(graph.inputs, wrt);
  const cotangent = graph.input("cotangent", output.type);
  const [gradient] = await gradients(op, {
    of: output,
    wrt: [input],
    cotangent,
    called,
    rules: changedRules(overrides, rules, model.source.functions, standardOverrides),
  });
  const result = gradient ?? op.fill(input.shape, 0, input.dtype);
  for (const value of [output, result]) graph.output(value);
  prune(graph);
  const bytes = (await writerFor(model.runtime.lowering))(graph, {
    opsets: new Map([...model.source.opsets, ["", normalized.opset]]),
    irVersion: model.source.irVersion,
    locate: locator(model.source),
  });
  const session: Session = await model.runtime.open(bytes, {
    files: model.files,
    // layouts are of float32 convolutions alone, and ONNX Runtime 1.30 and 1.32 crash when they look for them in some graphs of float64
    optimization: precision === "float64" ? "extended" : "all",
    isRepeated: true,
  });
  let isReleased = false;
  return {
    async run(feeds, given) {
      if (isReleased) {
        throw new XstarError("bad-argument", `The gradient of "${output.name}" was released and cannot run`, {
          hint: "Build it again with vjp, or release it after its last run",
        });
      }
      checkFeeds(
        feeds,
        graph.inputs.filter((one) => one !== cotangent),
      );
      checkFeed("cotangent", given, cotangent.type!);
      const results = await session.run({ ...feeds, [cotangent.name]: given });
      return { output: results[output.name]!, gradient: results[result.name]! };
    },
    async release() {
      if (!isReleased) await session.release();
      isReleased = true;
    },
  };
}

function inputToDifferentiate(inputs: readonly Value[], name: string | undefined): Value {
  const floats = inputs.filter(isFloat);
  const found = name === undefined ? floats[0] : inputs.find((input) => input.name === name);
  if (found && isFloat(found)) return found;
  const hint = floats.length > 0 ? `It has ${oneOf(floats.map((input) => input.name))}` : "It has none of floats";
  const message = found
    ? `Input "${found.name}" holds ${found.dtype}, which has no gradient`
    : `The model has no ${name === undefined ? "floating-point input" : `input "${name}"`}`;
  throw new XstarError("bad-argument", message, { hint });
}
