import {
  adam,
  stopGradient,
  tensor,
  XstarError,
  type Ops,
  type Rng,
  type Runtime,
  type Tensor,
  type Value,
} from "@xstar/core";
import { meanOf, rowOf, stacked, type Rows } from "@xstar/results";
import { differing, unit, type Fitted } from "./fitted.js";
import { compileLearning } from "./learning-step.js";

/** How it is trained. */
export interface SparseAutoencoderOptions {
  /** Directions that are active in one activation. @default about the square root of how many there are, 4 at least */
  readonly active?: number;
  /** @default 2000 */
  readonly steps?: number;
  /** Activations of a step. @default 256 */
  readonly batch?: number;
}

const learningRate = 0.002;
/** Steps after which a direction that was never among the active ones counts as asleep. */
const patience = 100;
/** How much what the sleeping ones could explain counts. */
const awakening = 1 / 32;

/**
 * Directions of a TopK sparse autoencoder (Gao et al., 2024): each activation is a sum of few of many directions. What an activation has of
 * a direction is its dot product with a vector, which is what is given. Directions that are never among the few learn what is left over.
 */
export async function sparseAutoencoder(
  rows: Rows,
  count: number,
  { rng, runtime }: { readonly rng: Rng; readonly runtime: Runtime },
  { active = Math.max(4, Math.round(Math.sqrt(count))), steps = 2000, batch = 256 }: SparseAutoencoderOptions = {},
): Promise<Fitted> {
  const width = rows.data.length / rows.count;
  const few = Math.min(active, count);
  const { scaled, mean } = scale(rows);
  const units = stacked(firstUnits(scaled, mean, count, rng.split("first")), width);
  const weights: Record<string, Tensor> = {
    // [count, width], both: an activation times the first is a code, a code times the second an activation
    encoder: tensor("float32", units.data.slice(), [count, width]),
    decoder: tensor("float32", units.data, [count, width]),
    threshold: tensor("float32", new Float32Array(count), [count]),
    mean: tensor("float32", mean, [width]),
  };
  const learning = await compileLearning(runtime, {
    name: "sparse autoencoder",
    weights,
    optimizer: adam({ learningRate }),
    build: (op, variables) => buildAutoencoder(op, variables as Weights, { few, batch, width, count }),
    tidy: (op, next) => ({ ...next, decoder: asUnits(op, next["decoder"]!) }),
  });
  try {
    let state = learning.begin(weights);
    const asleep = new Float32Array(count);
    const idle = new Int32Array(count);
    const chosen = new Float32Array(batch * width);
    let order: Uint32Array = new Uint32Array();
    for (let step = 0, at = 0, epoch = 0; step < steps; step++) {
      for (let i = 0; i < batch; i++, at++) {
        if (at >= order.length) [order, at] = [rng.split("order").split(epoch++).permutation(rows.count), 0];
        chosen.set(rowOf(scaled, order[at]!), i * width);
      }
      const inputs = {
        rows: tensor("float32", chosen, [batch, width]),
        asleep: tensor("float32", asleep, [count]),
      };
      const rate = learningRate * Math.min(1, (5 * (steps - step)) / steps);
      const result = await learning.run(state, inputs, rate);
      ({ state } = result);
      const fired = result.told["fired"]!.data as Float32Array;
      for (let i = 0; i < count; i++) {
        idle[i] = fired[i]! > 0 ? 0 : idle[i]! + 1;
        asleep[i] = Number(idle[i]! >= patience);
      }
    }
    return { vectors: { count, data: (state["encoder"]!.data as Float32Array).slice() } };
  } finally {
    await learning.release();
  }
}

type Weights = Readonly<Record<"encoder" | "decoder" | "threshold" | "mean", Value>>;

interface Sizes {
  readonly few: number;
  readonly batch: number;
  readonly width: number;
  readonly count: number;
}

function buildAutoencoder(op: Ops, { encoder, decoder, threshold, mean }: Weights, sizes: Sizes) {
  const { few, batch, width, count } = sizes;
  const rows = op.graph.input("rows", { dtype: "float32", shape: [batch, width] });
  const asleep = op.graph.input("asleep", { dtype: "float32", shape: [count] });
  const all = op.add(op.matMul(op.sub(rows, mean), op.transpose(encoder, [1, 0])), threshold);
  const codes = op.relu(largest(op, all, few));
  const made = op.add(op.matMul(codes, decoder), mean);
  const missed = op.sub(rows, made);
  const among = op.where(op.greater(asleep, 0), all, -1e9);
  const sleeping = op.mul(largest(op, among, few), asleep);
  const left = op.sub(stopGradient(op, missed), op.matMul(sleeping, decoder));
  const squares = (x: Value) => op.reduceMean(op.mul(x, x));
  const loss = op.add(squares(missed), op.mul(squares(left), awakening));
  const fired = op.reduceSum(op.cast(op.greater(codes, 0), "float32"), [0]);
  return { objective: op.neg(loss), told: { fired, loss } };
}

/** The `few` largest of each row; zeros elsewhere. */
function largest(op: Ops, x: Value, few: number): Value {
  const [values] = op.emit(
    "TopK",
    [x, op.ints([few])],
    (["float32", "int64"] as const).map((dtype) => ({ dtype, shape: x.shape.with(1, few) })),
  );
  const least = op.reduceMin(values!, [1], true);
  return op.mul(x, op.cast(op.greaterOrEqual(x, least), "float32"));
}

/** Directions from the mean to some activations, so that no part of them lies where activations never are. */
function firstUnits(rows: Rows, mean: Float32Array, count: number, rng: Rng): Float32Array[] {
  // two that begin alike stay alike
  const some = differing(rows, Array.from(rng.permutation(rows.count))).slice(0, count);
  if (some.length < count)
    throw new XstarError("bad-data", `${count} codes need as many activations, and only ${some.length} differ`, {
      hint: "Ask for fewer, or give more pictures",
    });
  return some.map((i) => unit(rowOf(rows, i).map((x, at) => x - mean[at]!)));
}

function asUnits(op: Ops, rows: Value): Value {
  return op.div(rows, op.sqrt(op.add(op.reduceSum(op.mul(rows, rows), [1], true), 1e-12)));
}

/** Rows of spread 1, so that one learning rate serves all layers. */
function scale(rows: Rows): { readonly scaled: Rows; readonly mean: Float32Array } {
  const mean = meanOf(rows, Array(rows.count).keys());
  const width = mean.length;
  let sum = 0;
  for (let i = 0; i < rows.data.length; i++) sum += (rows.data[i]! - mean[i % width]!) ** 2;
  const spread = Math.sqrt(sum / rows.data.length) || 1;
  const data = rows.data.map((x) => x / spread);
  return { scaled: { count: rows.count, data }, mean: mean.map((x) => x / spread) };
}
