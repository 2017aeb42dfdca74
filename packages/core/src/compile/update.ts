import { prepareOptimizer, type Settings } from "./apply-optimizer.js";
import { gradients } from "../autodiff/gradients.js";
import type { VjpRules } from "../autodiff/vjp.js";
import { type Values } from "../define/definition.js";
import type { Spec } from "../define/spec.js";
import { type Value } from "../ir/graph.js";
import { axesAfterFirst, type Ops } from "../ir/ops/index.js";
import type { Vocabulary } from "../define/vocabulary.js";
import { mapValues } from "../map-values.js";
import { size, tensor } from "../tensor.js";
import { nameTargets } from "./objective.js";
import type { Entry } from "../forward/narrow.js";
import type { NetworkTerm } from "./require-gradient.js";
import { modelScope } from "../forward/prepare-model.js";

/** State: the sum over the steps of the mean |gradient| of each pixel's channels, [batch, 1, height, width]. */
export const attributionState = "attribution";

/** What of a run decides how variables change. */
interface UpdateSpec {
  readonly objectives: readonly Spec<"objective">[];
  readonly optimizer: Spec<"optimizer">;
  readonly schedule: Spec<"schedule">;
  readonly steps: number;
  readonly clip: number | null;
  readonly attribution: boolean;
  readonly gradientFree?: unknown;
}

interface Given {
  readonly vocabulary: Vocabulary;
  readonly objective: Value;
  /** What of it reads the network. */
  readonly terms: readonly NetworkTerm[];
  readonly picture: Value;
  /** What the network sees of the pictures, [views x batch, ...]. */
  readonly entry: Entry;
  readonly variables: Readonly<Record<string, Value>>;
  readonly step: Value;
  readonly settings: Settings;
  /** Whether they are no pictures, and only lie like them. */
  readonly planes: boolean;
  readonly rules?: VjpRules;
}

interface Updated {
  readonly variables: Values;
  readonly slots: Values;
  readonly gradientNorm: Value;
  readonly networkGradientNorm: Value;
  /** The inputs for gradients that whoever runs the graph estimates, by variable. */
  readonly estimates: Readonly<Record<string, string>>;
}

/** One optimizer step of every variable. */
export async function update(op: Ops, spec: UpdateSpec, given: Given): Promise<Updated> {
  const { vocabulary, picture, variables, step, settings } = given;
  const optimizer = prepareOptimizer(op, {
    vocabulary,
    optimizer: spec.optimizer,
    schedule: { spec: spec.schedule, steps: spec.steps },
    step,
    settings,
  });
  const batch = picture.shape[0]!;
  const { slopes, byPicture, ...found } = spec.gradientFree
    ? fed(op, variables, batch)
    : await differentiated(op, spec, given);
  const ascents = spec.clip === null ? slopes : clipped(op, slopes, { batch, settings, clip: spec.clip });
  const names = Object.keys(variables);
  const applied = optimizer.apply(variables, Object.fromEntries(names.map((name, i) => [name, ascents[i]!])));
  const slots: Record<string, Value> = { ...applied.slots };
  if (spec.attribution && byPicture?.rank === 4 && !given.planes) {
    const sum = op.graph.input(attributionState, { dtype: "float32", shape: picture.shape.with(1, 1) });
    slots[attributionState] = op.add(sum, op.reduceMean(op.abs(byPicture), [1], true));
  }
  return { variables: applied.variables, slots, ...found };
}

interface Slopes extends Omit<Updated, "variables" | "slots"> {
  /** Of the objective by each variable. */
  readonly slopes: readonly Value[];
  /** Undefined where the picture has none. */
  readonly byPicture: Value | undefined;
}

/** What whoever runs the graph estimates. */
function fed(op: Ops, variables: Values, batch: number): Slopes {
  const inputs = mapValues(variables, ({ type }, name) => op.graph.input(`gradient.${name}`, type));
  const slopes = Object.values(inputs);
  const length = op.expand(norm(op, ...asRows(op, slopes, batch)), [batch]);
  const estimates = mapValues(inputs, ({ name }) => name);
  return { slopes, byPicture: undefined, gradientNorm: length, networkGradientNorm: length, estimates };
}

/** Reverse-mode differentiation. */
async function differentiated(op: Ops, spec: UpdateSpec, given: Given): Promise<Slopes> {
  const { vocabulary, objective, terms, picture, entry, variables, rules } = given;
  const entries = [entry.whole, ...entry.parts.map(({ value }) => value)];
  const wrt = [picture, ...entries, ...Object.values(variables)];
  const [byPicture, ...others] = await gradients(op, {
    of: objective,
    wrt,
    called: { of: nameTargets(vocabulary, spec.objectives), scope: modelScope, isAscent: true },
    ...(rules && { rules }),
  });
  const byEntry =
    entry.parts.length === 0
      ? others[0]
      : (await import("../forward/narrow.js")).gradientOfEntry(op, entry, others.slice(0, entries.length));
  const found = others.slice(entries.length);
  const isStill = found.every((gradient) => gradient === undefined);
  if (terms.length > 1 || !byEntry || isStill) {
    const { noGradient, requireGradients } = await import("./require-gradient.js");
    await requireGradients(op, terms, entry, { scope: modelScope, rules });
    if (isStill) throw noGradient();
  }
  const batch = picture.shape[0]!;
  const gradientNorm = byPicture ? norm(op, [byPicture], batch) : op.fill([batch], 0);
  const networkGradientNorm = !byEntry || byEntry === byPicture ? gradientNorm : norm(op, [byEntry], batch);
  return {
    slopes: Object.values(variables).map((variable, i) => found[i] ?? op.fill(variable.shape, 0)),
    byPicture,
    gradientNorm,
    networkGradientNorm,
    estimates: {},
  };
}

/** L2 norm over all that belongs to each picture: of values [n x batch, ...], [batch]. */
function norm(op: Ops, values: readonly Value[], batch: number): Value {
  const squares = values.map((x) => {
    const rows = op.reduceSum(op.mul(x, x), axesAfterFirst(x));
    return x.shape[0] === batch ? rows : op.reduceSum(op.reshape(rows, [x.shape[0]! / batch, batch]), [0]);
  });
  return op.sqrt(op.sum(squares));
}

/** The gradients of a picture, shortened alike where all together are longer than `clip`; of all where some are shared. */
function clipped(
  op: Ops,
  gradients: readonly Value[],
  { batch, settings, clip }: { batch: number; settings: Settings; clip: number },
): Value[] {
  const [flat, rows] = asRows(op, gradients, batch);
  const largest = settings.add("clip", tensor("float32", [clip], []));
  const factor = op.min(op.div(largest, op.add(norm(op, flat, rows), 1e-12)), 1);
  return gradients.map((x) => op.mul(x, op.reshape(factor, [rows, ...x.shape.slice(1).map(() => 1)])));
}

/** All that belongs to a picture as a row, in one row where some are shared; and the number of rows. */
function asRows(op: Ops, values: readonly Value[], batch: number): [rows: Value[], count: number] {
  const count = values.every(({ shape }) => shape[0] === batch) ? batch : 1;
  return [values.map((x) => op.reshape(x, [count, size(x.shape) / count])), count];
}
