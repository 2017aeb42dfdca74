import type { Values } from "../define/definition.js";
import type { Spec } from "../define/spec.js";
import type { WithVocabulary } from "../define/vocabulary.js";
import { XstarError } from "../errors.js";
import { constantValue, Graph, Node, Value } from "../ir/graph.js";
import { prune } from "../ir/inline.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import type { LoadedModel } from "../model/load.js";
import { pictureInput } from "../model/layers.js";
import { writeModel } from "../onnx/write.js";
import { size, tensor, type Tensor } from "../tensor.js";
import { buildLooks, type BuiltLooks } from "./build.js";
import type { Explained } from "./look.js";
import type { ExplainOptions } from "./options.js";
import { drawVariants, finishVariants, readVariants, splitDrawn, type Drawn } from "./variants.js";

/** Pictures that a model was made for; 1 where it takes any number. */
function batchOf(model: LoadedModel, options: ExplainOptions): number {
  const [first] = pictureInput(model.source, Object.keys(options.inputs ?? {})).dims;
  return typeof first === "number" ? first : 1;
}

/**
 * An explanation as a graph of its own: `picture` [pictures, channels, height, width] from 0 to 1 in, `heatmap` [pictures, height,
 * width], `value` and, where the model has class scores, `probabilities` out.
 */
export async function exportMap(
  model: LoadedModel,
  target: Spec | string | undefined,
  options: ExplainOptions & WithVocabulary,
): Promise<Uint8Array> {
  const built = await buildLooks(model, target, options, batchOf(model, options));
  const { graph, look, methods } = built;
  const [first, ...others] = methods;
  if (others.length > 0) throw new XstarError("bad-argument", "One method is exported, and several are given");
  const { op, picture, value, scores } = look;
  const map = first!.map ?? loopOver(built, first!.method, options);
  const [pictures, , height, width] = picture.shape as [number, number, number, number];
  graph.publish(op.reshape(map, [pictures, height, width]), "heatmap");
  if (scores) graph.publish(op.softmax(scores, 1), "probabilities");
  graph.publish(value, "value");
  return written(graph, built);
}

/** The gradient of a target by the picture, in picture units, as a graph of its own. */
export async function exportSlope(
  model: LoadedModel,
  target: Spec | string,
  options: Omit<ExplainOptions, "methods"> & WithVocabulary & { readonly overrides?: readonly string[] | undefined },
): Promise<Uint8Array> {
  const built = await buildLooks(model, target, { ...options, methods: [] }, batchOf(model, options));
  const { graph, look } = built;
  graph.publish(look.gradient(options.overrides), "gradient");
  graph.publish(look.value, "value");
  return written(graph, built);
}

function written(graph: Graph, { prepared }: BuiltLooks): Uint8Array {
  prune(graph);
  const { weights, opsets, irVersion } = prepared;
  return writeModel(graph, { opsets, irVersion, embed: weights.files });
}

/** All variants of a picture, one after the other in a Loop, so that the memory of one is enough. */
function loopOver(
  { graph, look, prepared, standardRules, spec }: BuiltLooks,
  method: Spec,
  options: ExplainOptions & WithVocabulary,
): Value {
  const { op, picture, chosen, value, probability } = look;
  if (picture.shape[0] !== 1) {
    throw new XstarError(
      "bad-argument",
      `"${method.type}" is exported for models of one picture: this one takes ${picture.shape[0]}`,
    );
  }
  const { seed = 0, rules, logits, layer } = options;
  const drawn = drawVariants(prepared, method, { perRun: 1, seed });
  const all = stackAll(drawn);
  const body = new Graph("variant");
  const inner = createOps(body, prepared.first.model.runtime.lowering, "variant");
  const index = body.input("index", { dtype: "int64", shape: [] });
  const goesOn = body.input("goesOn", { dtype: "bool", shape: [] });
  const one = Object.fromEntries(
    Object.entries(all).map(([name, t]) => [
      name,
      inner.reshape(inner.gather(constantValue(name, t), index), [1, ...t.shape.slice(1)]),
    ]),
  );
  const { drawn: held, weights } = splitDrawn(one);
  const target: Explained = chosen ? { chosen } : { spec: spec! };
  const sums = readVariants(inner, drawn, {
    picture,
    target,
    drawn: held,
    weights,
    options: { prepared, standardRules, rules, logits, layer },
  });
  const before = Object.entries(sums).map(([name, { type }]) => body.input(`before.${name}`, type));
  const added = Object.values(sums).map((sum, i) => inner.add(before[i]!, sum));
  body.output(inner.identity(goesOn));
  for (const sum of added) body.output(sum);
  prune(body);
  // names inside must differ from those around
  for (const inside of body.values()) inside.name = `variant/${inside.name}`;
  const totals = added.map((sum) => new Value(graph.uniqueName("total"), sum.type));
  const zeros = added.map(({ shape }) => op.fill(shape, 0));
  const trips = op.scalar(drawn.count, "int64");
  const inputs = [trips, op.constant(tensor("bool", [1], []), "always"), ...zeros];
  graph.append(new Node("Loop", inputs, totals, new Map([["body", { kind: "graph", value: body }]])));
  const whole = Object.fromEntries(Object.keys(sums).map((name, i) => [name, totals[i]!]));
  return finish(op, drawn, { picture, value, probability, sums: whole });
}

function finish(
  op: Ops,
  drawn: Drawn,
  of: { readonly picture: Value; readonly value: Value; readonly probability: Value; readonly sums: Values },
): Value {
  return finishVariants(drawn, { op, ...of, count: drawn.count })["map"]!;
}

/** What is drawn for all variants, [variants, ...]. */
function stackAll({ draw, count }: Drawn): Record<string, Tensor> {
  const each = Array.from({ length: count }, (_, i) => draw(i));
  return Object.fromEntries(
    Object.entries(each[0]!).map(([name, first]) => {
      const data = new Float32Array(count * size(first.shape));
      each.forEach((one, i) => data.set(one[name]!.data as Float32Array, i * size(first.shape)));
      return [name, tensor("float32", data, [count, ...first.shape.slice(1)])];
    }),
  );
}
