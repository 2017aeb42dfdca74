import { XstarError } from "../../errors.js";
import type { VjpRules } from "../../autodiff/vjp.js";
import { openModel } from "../../model/load.js";
import { vjp } from "../../model/vjp.js";
import { Graph } from "../../ir/graph.js";
import { writeModel } from "../../onnx/write.js";
import { createRng } from "../../rng.js";
import type { Runtime, Session } from "../../runtime/runtime.js";
import { numbers, size, tensor, type Tensor } from "../../tensor.js";
import { openReference, type Reference } from "./double.js";
import type { RandomGraph } from "./graph.js";

type Feeds = Readonly<Record<string, Tensor>>;

export interface Verdict {
  /** What is wrong, one sentence each. */
  readonly problems: readonly string[];
  /** Typed errors: gradients that xstar refuses. */
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
  const held = await runAll(graph, opset, feeds, runtime);
  const found = { problems: [] as string[], refusals: [] as string[], compared: 0, kinks: 0 };
  const reference = await openReference(random, held, runtime);
  const model = openModel(bytes, { runtime, contract: null });
  const shapes = new Map(Object.entries(feeds).map(([name, { shape }]) => [name, shape]));
  for (const output of graph.outputs) {
    const y = held[output.name]!;
    const u = tensor("float32", rng.split(`u ${output.name}`).normals(size(y.shape)), y.shape);
    for (const wrt of Object.keys(feeds)) {
      const directions = drawDirections(rng.split(`${output.name} by ${wrt}`), feeds[wrt]!, elements);
      let differences: readonly Difference[] | undefined;
      for (const precision of precisions) {
        const what = `${output.name} by ${wrt} in ${precision}`;
        try {
          const of = await vjp(model, { shapes, of: output.name, wrt, precision, rules });
          const { output: value, gradient } = await of.run(feeds, u);
          await of.release();
          const forward = distance(numbers(value), numbers(y));
          if (!(forward < 1e-4) || String(value.shape) !== String(y.shape))
            found.problems.push(`${what}: the output is off by ${forward}`);
          differences ??= await Promise.all(directions.map((v) => differentiate(reference, output.name, wrt, v, u)));
          for (const [i, one] of differences.entries()) {
            const v = directions[i]!;
            const slope = numbers(gradient).reduce((sum, g, k) => sum + g * v[k]!, 0);
            const scale = Math.max(...numbers(gradient).map(Math.abs), 0);
            const tolerance =
              (reference.isExact ? 1e-3 : 2e-2) *
              (precision === "float32" ? 3 : 1) *
              (0.1 + Math.abs(one.slope) + 0.1 * scale);
            if (Math.abs(slope - one.slope) <= tolerance) found.compared++;
            else if (one.doubt > tolerance / 4) found.kinks++;
            else
              found.problems.push(
                `${what}: ${slope} instead of ${one.slope} along ${i === 0 ? "a direction" : `element ${v.indexOf(1)}`}`,
              );
          }
        } catch (error) {
          if (!XstarError.is(error)) throw error;
          const said = `${what}: ${error.message} [${error.code}]${error.hint ? "" : ", without a hint"}`;
          if (error.code === "missing-vjp-rule" && error.hint) found.refusals.push(said);
          else found.problems.push(said);
        }
      }
    }
  }
  await reference.session.release();
  return found;
}

/** What every value of the graph holds. */
async function runAll(graph: Graph, opset: number, feeds: Feeds, runtime: Runtime): Promise<Feeds> {
  const all = new Graph("all");
  all.inputs.push(...graph.inputs);
  all.nodes.push(...graph.nodes);
  for (const node of graph.nodes) for (const output of node.outputs) if (output) all.output(output);
  const session: Session = await runtime.open(writeModel(all, { opsets: new Map([["", opset]]) }), {
    optimization: "disabled",
  });
  const results = await session.run(feeds);
  await session.release();
  return { ...feeds, ...results };
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
  of: string,
  wrt: string,
  v: readonly number[],
  u: Tensor,
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
