import { Graph, Node, Value, constantValue, type Attribute } from "../ir/graph.js";
import { inline } from "../ir/inline.js";
import { createOps, type Lowering } from "../ir/ops/index.js";
import { openModel, type LoadedModel } from "../model/load.js";
import { writeModel } from "../onnx/write.js";
import { writerFor } from "../normalize/write-for.js";
import { createRng, type Rng } from "../rng.js";
import type { Runtime, Session } from "../runtime/runtime.js";
import { floatTypes, numbers, size, type Shape, type Tensor } from "../tensor.js";
import { gradients } from "../autodiff/gradients.js";
import { drawTensor, type Case, type CaseAttribute } from "./case.js";
import { differentiateAlong, type Difference } from "./finite-differences.js";

type Feeds = Readonly<Record<string, Tensor>>;

export interface Derivative {
  readonly input: string;
  readonly expected: number;
  readonly actual: number;
  readonly scale: number;
  /** How unsure the expected number is. */
  readonly doubt: number;
}

/** What a case gave: forward and derivative, expected (the operator itself, finite differences) and by the rules. */
export interface Law {
  /** Largest difference between the operator and its normalized form, relative to 1 + the largest value. */
  readonly forwardError: number;
  /** For each differentiated input: <v, J^T u> by finite differences, by the rules, and the size of its terms. */
  readonly derivatives: readonly Derivative[];
  /** The largest difference between the two lowerings, the second one with every node twice. */
  readonly loweringError: number;
  /** Operators that the rules emitted for the `webgpu` lowering. */
  readonly emitted: readonly string[];
  /** The precision of the finite differences. */
  readonly precision: "float32" | "float64";
}

/**
 * Differentiates a case by the rules and by central differences of the node as it stands, along random directions. Draws
 * again where the differences doubt themselves: a kink was near.
 */
export async function checkCase(name: string, one: Case, runtime: Runtime, seed = 1): Promise<Law> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const law = await checkOnce(name, one, runtime, seed + 1000 * attempt);
    const trusted = law.precision === "float64" ? 1e-4 : 2e-3;
    if (law.derivatives.every(({ doubt, scale }) => doubt < trusted * (0.1 + scale))) return law;
  }
  return checkOnce(name, one, runtime, seed);
}

/**
 * The largest difference between what a device makes of a case and what the processor makes of it, outputs and gradients, relative to
 * 1 + the largest value.
 */
export async function compareOn(device: Runtime, name: string, one: Case, runtime: Runtime, seed = 1): Promise<number> {
  const rng = createRng(seed).split(name);
  const { bytes, feeds } = oneNode(name, one, rng.split("inputs"), "float32");
  const model = openModel(bytes, { runtime });
  const plain = await runtime.open(bytes, { optimization: "disabled" });
  const u = await weightsFor(plain, feeds, rng);
  await plain.release();
  const wrt = wrtOf(one);
  const expected = await differentiate({ model, runtime, lowering: "cpu", copies: 1 }, feeds, u, wrt);
  const actual = await differentiate({ model, runtime: device, lowering: "webgpu", copies: 1 }, feeds, u, wrt);
  const pairs = [
    ...(one.random ? [] : Object.keys(u).map((key) => [actual.outputs[key], expected.outputs[key]] as const)),
    ...wrt.map((key) => [actual.gradients[key], expected.gradients[key]] as const),
  ];
  return Math.max(0, ...pairs.map(([a, b]) => (a && b ? distance(a, b) : 0)));
}

const wrtOf = ({ inputs }: Case) =>
  inputs.flatMap((sample, i) => (sample?.role === "differentiated" ? [`in${i}`] : []));

/** Random weights for the outputs of floats, by which their gradients are summed. */
async function weightsFor(session: Session, feeds: Feeds, rng: Rng): Promise<Feeds> {
  const outputs = session.outputs.filter(({ dtype }) => dtype && floatTypes.has(dtype)).map(({ name }) => name);
  const results = await session.run(feeds, outputs);
  return Object.fromEntries(outputs.map((output) => [output, normal(results[output]!.shape, rng.split(output))]));
}

async function checkOnce(name: string, one: Case, runtime: Runtime, seed: number): Promise<Law> {
  const rng = createRng(seed).split(name);
  const single = oneNode(name, one, rng.split("inputs"), "float32");
  const model = openModel(single.bytes, { runtime });
  const plain = await runtime.open(single.bytes, { optimization: "disabled" });
  const outputs = plain.outputs.filter(({ dtype }) => dtype && floatTypes.has(dtype)).map(({ name: output }) => output);
  const results = await plain.run(single.feeds, outputs);
  const u: Feeds = Object.fromEntries(
    outputs.map((output) => [output, normal(results[output]!.shape, rng.split(output))]),
  );
  const wrt = wrtOf(one);
  const cpu = await differentiate({ model, runtime, lowering: "cpu", copies: 1 }, single.feeds, u, wrt);
  const gpu = await differentiate({ model, runtime, lowering: "webgpu", copies: 2 }, single.feeds, u, wrt);
  const exact = one.single
    ? undefined
    : await openDouble(name, one, createRng(seed).split(name).split("inputs"), runtime, u);
  const reference = exact ?? { session: plain, feeds: single.feeds };
  const derivatives: Derivative[] = [];
  for (const input of wrt) {
    const gradient = numbers(cpu.gradients[input]!);
    const v = numbers(normal(single.feeds[input]!.shape, rng.split(`direction ${input}`)));
    const terms = gradient.map((slope, i) => slope * v[i]!);
    const actual = terms.reduce((a, b) => a + b, 0);
    const scale = Math.hypot(...terms);
    const step = exact ? 1e-4 : (one.step ?? 1e-2);
    const { value: expected, doubt } = await expectedDerivative(one, reference, input, v, u, step);
    derivatives.push({ input, expected, actual, scale, doubt });
  }
  await plain.release();
  await exact?.session.release();
  return {
    forwardError: Math.max(...Object.entries(cpu.outputs).map(([output, y]) => distance(y, results[output]!))),
    loweringError: Math.max(0, ...wrt.map((input) => distance(gpu.gradients[input]!, cpu.gradients[input]!, 2))),
    derivatives,
    emitted: gpu.emitted,
    precision: exact ? "float64" : "float32",
  };
}

async function expectedDerivative(
  one: Case,
  reference: { session: Session; feeds: Feeds },
  input: string,
  v: readonly number[],
  u: Feeds,
  step: number,
): Promise<Difference> {
  if (one.expects === "zero") return { value: 0, doubt: 0 };
  if (one.expects === undefined) return differentiateAlong(reference, input, v, u, step);
  const weights = numbers(Object.values(u)[0]!);
  return { value: v.reduce((sum, by, i) => sum + by * weights[i]!, 0), doubt: 0 };
}

/** A model of the one node. Float inputs have the given precision. */
function oneNode(
  name: string,
  one: Case,
  rng: Rng,
  precision: "float32" | "float64",
): { bytes: Uint8Array; feeds: Feeds } {
  const [domain, opType] = name.includes("::") ? name.split("::") : ["", name];
  const graph = new Graph("case");
  const feeds: Record<string, Tensor> = {};
  const inputs = one.inputs.map((sample, i) => {
    if (!sample) return undefined;
    const held = drawTensor(sample, rng.split(`in${i}`), precision);
    if (sample.role === "constant") return constantValue(graph.uniqueName(`constant${i}`), held);
    feeds[`in${i}`] = held;
    return graph.input(`in${i}`, { dtype: held.dtype, shape: held.shape });
  });
  const used = typeof one.outputs === "object" ? one.outputs : Array.from({ length: one.outputs ?? 1 }, () => true);
  let outputs = used.map((isUsed, i) => (isUsed ? new Value(graph.uniqueName(`out${i}`)) : undefined));
  const attributes = Object.entries(one.attributes ?? {}).map(([key, value]): [string, Attribute] => [
    key,
    attributeOf(value),
  ]);
  graph.append(new Node(opType!, inputs, outputs, new Map(attributes), domain, "node"));
  if (one.dequantizedBy) {
    const [after, type] = one.dequantizedBy.includes("::") ? one.dequantizedBy.split("::") : ["", one.dequantizedBy];
    const [levels, ...scale] = outputs;
    outputs = [new Value(graph.uniqueName("restored"))];
    graph.append(
      new Node(
        type!,
        [levels, ...(scale.length > 0 ? scale : inputs.slice(1))],
        outputs,
        new Map(attributes),
        after,
        "then",
      ),
    );
  }
  for (const output of outputs) if (output) graph.output(output);
  const opsets = new Map([["", one.opset ?? 20]]);
  if (domain) opsets.set(domain, one.ownOpset ?? 1);
  return { bytes: writeModel(graph, { opsets }), feeds };
}

function attributeOf(value: CaseAttribute): Attribute {
  if (typeof value === "number") return { kind: "int", value };
  if (typeof value === "string") return { kind: "string", value };
  if ("strings" in value) return { kind: "strings", value: value.strings };
  if ("tensor" in value) return { kind: "tensor", value: constantValue("", value.tensor).constant! };
  if ("graph" in value) return { kind: "graph", value: value.graph };
  if (!("float" in value)) return { kind: "ints", value };
  return typeof value.float === "number"
    ? { kind: "float", value: value.float }
    : { kind: "floats", value: value.float };
}

/** The node in float64 where ONNX Runtime has such a kernel. */
async function openDouble(
  name: string,
  one: Case,
  rng: Rng,
  runtime: Runtime,
  u: Feeds,
): Promise<{ session: Session; feeds: Feeds } | undefined> {
  const { bytes, feeds } = oneNode(name, one, rng, "float64");
  try {
    const session = await runtime.open(bytes, { optimization: "disabled" });
    const results = await session.run(feeds, Object.keys(u));
    if (Object.values(results).every(({ dtype }) => dtype === "float64")) return { session, feeds };
    await session.release();
  } catch {
    return undefined;
  }
  return undefined;
}

/** Runs the gradient of the sum of <u, y> over `copies` copies of the normalized node. */
async function differentiate(
  { model, runtime, lowering, copies }: { model: LoadedModel; runtime: Runtime; lowering: Lowering; copies: number },
  feeds: Feeds,
  u: Feeds,
  wrt: readonly string[],
) {
  const normalized = await model.at(new Map(Object.entries(feeds).map(([key, { shape }]) => [key, shape])));
  const graph = new Graph("law");
  const op = createOps(graph, lowering);
  const bindings = new Map(normalized.graph.inputs.map((input) => [input, graph.input(input.name, input.type)]));
  const weights = Object.entries(u).flatMap(([output, { dtype, shape }]) => {
    const target = normalized.values.get(output);
    return target ? [{ output, target, weight: graph.input(`u_${output}`, { dtype, shape }) }] : [];
  });
  const maps = Array.from({ length: copies }, (_, i) =>
    inline(
      graph,
      normalized.graph,
      bindings,
      weights.map(({ target }) => target),
      { prefix: `copy${i}_` },
    ),
  );
  const terms = maps.flatMap((map) =>
    weights.map(({ target, weight }) => {
      const y = map.get(target) ?? target;
      return op.reduceSum(op.mul(op.cast(y, "float32"), weight));
    }),
  );
  const inputs = wrt.map((name) => graph.inputs.find((input) => input.name === name)!);
  const forward = graph.nodes.length;
  const slopes = await gradients(op, { of: op.sum(terms), wrt: inputs });
  const results = slopes.map((slope, i) => slope ?? op.fill(inputs[i]!.shape, 0, inputs[i]!.dtype));
  slopes.forEach((slope, i) => {
    if (slope && (slope.dtype !== inputs[i]!.dtype || String(slope.shape) !== String(inputs[i]!.shape)))
      throw new Error(`The cotangent of ${wrt[i]} is ${slope.dtype}[${slope.shape}]`);
  });
  const outputs = weights.map(({ target }) => maps[0]!.get(target) ?? target);
  for (const value of new Set([...outputs, ...results])) graph.output(value);
  const bytes = (await writerFor(lowering))(graph, {
    opsets: new Map([...model.source.opsets, ["", normalized.opset]]),
  });
  const session = await runtime.open(bytes, { optimization: copies === 1 ? "all" : "disabled" });
  const fed = Object.fromEntries(weights.map(({ output }) => [`u_${output}`, u[output]!]));
  const values = await session.run({ ...feeds, ...fed });
  await session.release();
  return {
    outputs: Object.fromEntries(weights.map(({ output }, i) => [output, values[outputs[i]!.name]!])),
    gradients: Object.fromEntries(wrt.map((key, i) => [key, values[results[i]!.name]!])),
    emitted: graph.nodes.slice(forward).map((node) => node.qualifiedType),
  };
}

function normal(shape: Shape, rng: Rng): Tensor {
  return { dtype: "float32", shape, data: rng.normals(size(shape)) };
}

/** The largest difference between a and `factor` times b, relative to 1 + the largest value; Infinity for NaN. */
function distance(a: Tensor, b: Tensor, factor = 1): number {
  const [left, right] = [numbers(a), numbers(b)];
  if (left.length !== right.length || String(a.shape) !== String(b.shape)) return Number.POSITIVE_INFINITY;
  const scale = 1 + right.reduce((largest, value) => Math.max(largest, Math.abs(value * factor)), 0);
  return left.reduce((worst, value, i) => {
    const difference = Math.abs(value - factor * right[i]!) / scale;
    return difference <= worst ? worst : Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }, 0);
}
