import { XstarError } from "../../errors.js";
import type { VjpRules } from "../../autodiff/vjp.js";
import { openModel, type LoadedModel } from "../../model/load.js";
import { vjp } from "../../model/vjp.js";
import { Graph } from "../../ir/graph.js";
import { writeModel } from "../../onnx/write.js";
import { createRng } from "../../rng.js";
import type { Runtime } from "../../runtime/runtime.js";
import { numbers, sameShape, size, tensor, type Tensor } from "../../tensor.js";
import { openReference, type Reference } from "./double.js";
import type { RandomGraph } from "./graph.js";

type Feeds = Readonly<Record<string, Tensor>>;

export interface Verdict {
  /** What is wrong, one sentence each. */
  readonly problems: readonly string[];
  /** Typed errors, of gradients that xstar refuses, and graphs that ONNX Runtime refuses. */
  readonly refusals: readonly string[];
  /** How many derivatives were compared, and how many were not, for a kink near by. */
  readonly compared: number;
  readonly kinks: number;
}

export interface CheckOptions {
  readonly seed: number;
  readonly precisions?: readonly ("float32" | "float64")[];
  /** Rules in the place of the standard ones. */
  readonly rules?: VjpRules;
  /** Single elements of each input that are moved, besides one random direction. */
  readonly elements?: number;
}

/**
 * Compares a graph's normalized form with ONNX Runtime's run of the file, and the gradient of its outputs by its inputs
 * with central differences of the file in float64.
 */
export async function checkGraph(random: RandomGraph, runtime: Runtime, options: CheckOptions): Promise<Verdict> {
  const { seed, precisions = ["float64"], elements = 3, rules = {} } = options;
  const { graph, opset, feeds } = random;
  const rng = createRng(seed).split("check");
  const opsets = new Map([["", opset]]);
  const bytes = writeModel(graph, { opsets });
  const found = { problems: [] as string[], refusals: [] as string[], compared: 0, kinks: 0 };
  const held = await runAll(graph, opset, feeds, runtime);
  if (!held) return { ...found, refusals: ["ONNX Runtime does not open the file"] };
  const reference = await openReference(random, held, runtime).catch(() => undefined);
  if (!reference) return { ...found, refusals: ["ONNX Runtime does not open the file in float64"] };
  const model = openModel(bytes, { runtime, contract: null });
  for (const { name: of } of graph.outputs) {
    const y = held[of]!;
    const u = tensor("float32", rng.split(`u ${of}`).normals(size(y.shape)), y.shape);
    for (const wrt of Object.keys(feeds)) {
      const directions = drawDirections(rng.split(`${of} by ${wrt}`), feeds[wrt]!, elements);
      const differences: Difference[] = [];
      try {
        for (const v of directions) differences.push(await differentiate(reference, { of, wrt, v, u }));
      } catch (error) {
        // outputs are compared all the same
        found.refusals.push(`${of} by ${wrt}: ONNX Runtime does not run the file in float64: ${String(error)}`);
      }
      for (const precision of precisions) {
        const about = { what: `${of} by ${wrt} in ${precision}`, found, isExact: reference.isExact, precision };
        try {
          const given = { model, rules, of, wrt, precision, feeds, u };
          compare(await runVjp(given), { y, directions, differences }, about);
        } catch (error) {
          note(error, about);
        }
      }
    }
  }
  await reference.session.release();
  return found;
}

interface About {
  readonly what: string;
  readonly precision: "float32" | "float64";
  readonly isExact: boolean;
  readonly found: { problems: string[]; refusals: string[]; compared: number; kinks: number };
}

async function runVjp(given: {
  readonly model: LoadedModel;
  readonly rules: VjpRules;
  readonly of: string;
  readonly wrt: string;
  readonly precision: "float32" | "float64";
  readonly feeds: Feeds;
  readonly u: Tensor;
}): Promise<{ output: Tensor; gradient: Tensor }> {
  const { model, feeds, u, ...options } = given;
  const shapes = new Map(Object.entries(feeds).map(([name, { shape }]) => [name, shape]));
  const built = await vjp(model, { shapes, ...options });
  try {
    return await built.run(feeds, u);
  } finally {
    await built.release();
  }
}

interface Expected {
  readonly y: Tensor;
  readonly directions: readonly (readonly number[])[];
  readonly differences: readonly Difference[];
}

function compare(
  { output, gradient }: { readonly output: Tensor; readonly gradient: Tensor },
  { y, directions, differences }: Expected,
  { what, precision, isExact, found }: About,
): void {
  const forward = distance(numbers(output), numbers(y));
  if (!(forward < 1e-4) || !sameShape(output.shape, y.shape)) {
    found.problems.push(`${what}: the output is off by ${forward}`);
  }
  const slopes = numbers(gradient);
  const scale = Math.max(...slopes.map(Math.abs), 0);
  const share = (isExact ? 1e-3 : 2e-2) * (precision === "float32" ? 3 : 1);
  for (const [i, { slope: expected, doubt }] of differences.entries()) {
    const v = directions[i]!;
    const slope = slopes.reduce((sum, g, k) => sum + g * v[k]!, 0);
    const tolerance = share * (0.1 + Math.abs(expected) + 0.1 * scale);
    if (Math.abs(slope - expected) <= tolerance) found.compared++;
    else if (doubt > tolerance / 4) found.kinks++;
    else {
      const along = i === 0 ? "a direction" : `element ${v.indexOf(1)}`;
      found.problems.push(`${what}: ${slope} instead of ${expected} along ${along}`);
    }
  }
}

function note(error: unknown, { what, found }: About): void {
  if (!XstarError.is(error)) throw error;
  const said = `${what}: ${error.message} [${error.code}]${error.hint ? "" : ", without a hint"}`;
  const list = error.code === "missing-vjp-rule" && error.hint ? found.refusals : found.problems;
  list.push(said);
}

/** What every value of the graph holds; undefined where ONNX Runtime, which runs each of the nodes, does not run all. */
async function runAll(graph: Graph, opset: number, feeds: Feeds, runtime: Runtime): Promise<Feeds | undefined> {
  const all = new Graph("all");
  all.inputs.push(...graph.inputs);
  all.appendAll(graph.nodes);
  for (const node of graph.nodes) for (const output of node.outputs) if (output) all.output(output);
  const bytes = writeModel(all, { opsets: new Map([["", opset]]) });
  try {
    const session = await runtime.open(bytes, { optimization: "disabled" });
    const results = await session.run(feeds);
    await session.release();
    return { ...feeds, ...results };
  } catch {
    return undefined;
  }
}

/** One random direction, and single elements. */
function drawDirections(rng: ReturnType<typeof createRng>, x: Tensor, elements: number): number[][] {
  const count = size(x.shape);
  const random = Array.from(rng.normals(count), (value) => value / Math.sqrt(Math.max(1, count)));
  const places = [...rng.permutation(count)].slice(0, elements);
  return [random, ...places.map((at) => Array.from({ length: count }, (_, i) => Number(i === at)))];
}

interface Difference {
  readonly slope: number;
  /** How much differences of two steps and of the two sides disagree: much where a kink is near. */
  readonly doubt: number;
}

async function differentiate(
  { session, feeds, isExact }: Reference,
  { of, wrt, v, u }: { readonly of: string; readonly wrt: string; readonly v: readonly number[]; readonly u: Tensor },
): Promise<Difference> {
  const x = feeds[wrt]!;
  const name = `${of} in float64`;
  const weights = numbers(u);
  const at = async (by: number) => {
    const moved = numbers(x).map((value, i) => value + by * v[i]!);
    const results = await session.run({ ...feeds, [wrt]: tensor("float64", moved, x.shape) }, [name]);
    return numbers(results[name]!).reduce((sum, y, i) => sum + y * weights[i]!, 0);
  };
  const step = isExact ? 2e-5 : 4e-3;
  const [far, back, near, nearBack, here] = [
    await at(step),
    await at(-step),
    await at(step / 4),
    await at(-step / 4),
    await at(0),
  ];
  const [wide, slope] = [(far - back) / (2 * step), (near - nearBack) / (step / 2)];
  const sides = Math.abs(near + nearBack - 2 * here) / (step / 4);
  return { slope, doubt: Math.max(Math.abs(wide - slope), sides / 4) };
}

function distance(a: readonly number[], b: readonly number[]): number {
  const scale = 1 + Math.max(0, ...b.map(Math.abs));
  return a.length === b.length ? Math.max(0, ...a.map((value, i) => Math.abs(value - b[i]!) / scale)) : Infinity;
}
