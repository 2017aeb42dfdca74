import { constantNumbers, type Graph, type Node, type Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { scan } from "../ir/scan.js";
import { tensor } from "../tensor.js";
import { limitOf } from "../autodiff/limits.js";
import { recurrentActivations } from "./recurrent-activations.js";
import type { Rewrite } from "./rewrite.js";

type Activation = (x: Value) => Value;

/** What one direction of a recurrent layer has; the values of a step are [batch, hidden], the weights are transposed. */
interface Direction {
  readonly op: Ops;
  readonly hidden: number;
  /** [hidden, gates * hidden] */
  readonly r: Value;
  /** [1, gates * hidden]; undefined for zeros. */
  readonly recurrentBias: Value | undefined;
  readonly activations: readonly Activation[];
  /** Peepholes of a gate, [1, hidden]. */
  readonly peephole: (gate: number) => Value | undefined;
  readonly round: Rounding;
}

/** What the factors of the products with the weights are rounded to. */
type Rounding = (op: Ops, x: Value) => Value;

/** From the inputs' share of the gates, [batch, gates * hidden], and the state before to the state after; the first is Y. */
type Cell = (direction: Direction, input: Value, state: readonly Value[]) => readonly Value[];

const gatesOf = ({ op, hidden }: Direction, x: Value) =>
  op.split(
    x,
    Array.from({ length: x.shape[1]! / hidden }, () => hidden),
    1,
  );

function recurrent({ op, r, recurrentBias, round }: Direction, h: Value): Value {
  const product = op.matMul(round(op, h), r);
  return recurrentBias ? op.add(product, recurrentBias) : product;
}

const rnn: Cell = (own, input, [h]) => [own.activations[0]!(own.op.add(input, recurrent(own, h!)))];

/** Gates in the order input, output, forget, cell. */
const lstm =
  (node: Node): Cell =>
  (own, input, [h, c]) => {
    const { op, activations, peephole } = own;
    const [f, g, last] = activations as [Activation, Activation, Activation];
    const [i, o, forget, candidate] = gatesOf(own, op.add(input, recurrent(own, h!))) as [Value, Value, Value, Value];
    const peek = (gate: Value, which: number, cell: Value) => {
      const weight = peephole(which);
      return f(weight ? op.add(gate, op.mul(weight, cell)) : gate);
    };
    const written = peek(i, 0, c!);
    const kept = node.int("input_forget", 0) === 1 ? op.sub(1, written) : peek(forget, 2, c!);
    const cell = op.add(op.mul(kept, c!), op.mul(written, g(candidate)));
    return [op.mul(peek(o, 1, cell), last(cell)), cell];
  };

/** Gates in the order update, reset, hidden. */
const gru =
  (node: Node): Cell =>
  (own, input, [h]) => {
    const { op, hidden, r, recurrentBias, activations } = own;
    const [f, g] = activations as [Activation, Activation];
    const [inUpdate, inReset, inHidden] = gatesOf(own, input) as [Value, Value, Value];
    const part = (x: Value, start: number, end: number) => op.sliceAxis(x, 1, start * hidden, end * hidden);
    const two = { ...own, r: part(r, 0, 2), recurrentBias: recurrentBias && part(recurrentBias, 0, 2) };
    const [update, reset] = gatesOf(own, recurrent(two, h!)) as [Value, Value];
    const third = { ...own, r: part(r, 2, 3), recurrentBias: recurrentBias && part(recurrentBias, 2, 3) };
    const z = f(op.add(inUpdate, update));
    const gate = f(op.add(inReset, reset));
    const first = node.int("linear_before_reset", 0) === 1;
    const memory = first ? op.mul(gate, recurrent(third, h!)) : recurrent(third, op.mul(gate, h!));
    const candidate = g(op.add(inHidden, memory));
    return [op.add(op.mul(op.sub(1, z), candidate), op.mul(z, h!))];
  };

/** The activations of all directions, their inputs bounded by `clip`; but not the cell's, which ONNX Runtime leaves as it is. */
function activationsOf(node: Node, op: Ops, count: number, defaults: readonly string[]): Activation[] {
  const names = node.strings("activations") ?? Array.from({ length: count }, () => defaults).flat();
  const [alphas, betas] = [[...(node.floats("activation_alpha") ?? [])], [...(node.floats("activation_beta") ?? [])]];
  const bound = node.float("clip", 0);
  return names.map((name, i): Activation => {
    const kind = recurrentActivations[name.toLowerCase()]!;
    const alpha = kind.alpha === undefined ? 0 : (alphas.shift() ?? kind.alpha);
    const beta = kind.beta === undefined ? 0 : (betas.shift() ?? kind.beta);
    const isBounded = bound > 0 && i % defaults.length < 2;
    return (x) => kind.of(op, isBounded ? op.clip(x, -bound, bound) : x, alpha, beta);
  });
}

/** What a step shows of itself, and hands to the next. */
type Stepped = readonly [seen: Value, state: readonly Value[]];

/** One step of a direction: from the inputs' share of the gates, the state before, and the number of the step. */
type Step = (op: Ops, share: Value, before: readonly Value[], at: Value | number) => Stepped;

interface Sequence {
  /** [steps * batch, gates * hidden] */
  readonly flat: Value;
  readonly steps: number;
  readonly batch: number;
  readonly initial: readonly Value[];
  readonly backwards: boolean;
}

/** What all steps show, [steps, 1, batch, hidden], and the last state. */
type Through = (op: Ops, sequence: Sequence, step: Step) => { readonly seen: Value; readonly state: readonly Value[] };

/** One step after the other, each in nodes of its own. */
const writtenOut: Through = (op, { flat, steps, batch, initial, backwards }, step) => {
  const sizes = Array.from({ length: steps }, () => batch);
  const shares = op.split(flat, sizes, 0);
  let state = initial;
  const seen: Value[] = [];
  for (const [at, share] of backwards ? [...shares.entries()].toReversed() : shares.entries()) {
    const [shown, next] = step(op, share, state, at);
    state = next;
    seen.push(op.reshape(shown, [1, 1, ...shown.shape]));
  }
  return { seen: op.concat(backwards ? seen.toReversed() : seen, 0), state };
};

/** The same as a Scan, which many steps are opened faster with. */
const scanned: Through = (op, { flat, steps, batch, initial, backwards }, step) => {
  const shares = op.reshape(flat, [steps, batch, flat.shape[1]!]);
  const numbers = op.constant(
    tensor(
      "int32",
      Array.from({ length: steps }, (_, i) => i),
    ),
    "numbers",
  );
  const { states, stacks } = scan(op, {
    states: initial,
    slices: [shares, numbers].map((value) => ({ value, isReversed: backwards })),
    backwards: [backwards],
    build(inner, before, [share, at]) {
      const [shown, next] = step(inner, share!, before, at!);
      return { states: next, stacks: [shown] };
    },
  });
  const [seen] = stacks as [Value];
  const type = { dtype: seen.dtype, shape: seen.shape.toSpliced(1, 0, 1) };
  return { seen: op.emit("Unsqueeze", [seen, op.ints([1])], [type])[0]!, state: states };
};

/** More steps take longer to open, written out, than they are faster: of a layer, and of all layers of a network. */
const mostWrittenOut = { layer: 64, network: 256 };

/** How many steps are written out in a graph so far. */
const written = new WeakMap<Graph, number>();

/** How the next layer of a graph goes through its steps, in so many directions. */
function throughFor({ graph }: Ops, steps: number, directions: number): Through {
  const all = (written.get(graph) ?? 0) + steps * directions;
  if (steps > mostWrittenOut.layer || all > mostWrittenOut.network) return scanned;
  written.set(graph, all);
  return writtenOut;
}

/** A recurrent layer as steps. */
function inSteps(
  cellOf: (node: Node) => Cell,
  gates: number,
  defaults: readonly string[],
  round: Rounding = (_, x) => x,
): Rewrite {
  return (node, [x, w, r, bias, lengths, ...rest], op) => {
    if (limitOf(node)) return undefined;
    const [steps, batch, features] = x!.shape as [number, number, number];
    const hidden = r!.shape[2]!;
    const count = w!.shape[0]!;
    const isWhole = !lengths || constantNumbers(lengths)?.every((length) => length === steps);
    const column = isWhole ? undefined : op.reshape(lengths, [batch, 1]);
    const states = defaults.length === 3 ? 2 : 1;
    const [initial, peepholes] = [rest.slice(0, states), states === 2 ? rest[2] : undefined];
    const of = (value: Value, d: number) => op.reshape(op.sliceAxis(value, 0, d, d + 1), value.shape.slice(1));
    const through = throughFor(op, steps, count);
    const results = Array.from({ length: count }, (_, d) => {
      const both = bias && op.split(op.sliceAxis(bias, 0, d, d + 1), [gates * hidden, gates * hidden], 1);
      const product = op.matMul(op.reshape(round(op, x!), [steps * batch, features]), op.transpose(of(w!, d), [1, 0]));
      const turned = op.transpose(of(r!, d), [1, 0]);
      const sequence = {
        flat: both ? op.add(product, both[0]!) : product,
        steps,
        batch,
        initial: Array.from({ length: states }, (__, i) =>
          initial[i] ? of(initial[i], d) : op.fill([batch, hidden], 0, x!.dtype),
        ),
        backwards: node.string("direction", "forward") === "reverse" || d === 1,
      };
      return through(op, sequence, (inner, share, before, at) => {
        const own: Direction = {
          op: inner,
          hidden,
          r: turned,
          recurrentBias: both?.[1],
          activations: activationsOf(node, inner, count, defaults).slice(d * defaults.length),
          peephole: (gate) =>
            peepholes && op.sliceAxis(op.sliceAxis(peepholes, 0, d, d + 1), 1, gate * hidden, (gate + 1) * hidden),
          round,
        };
        const next = cellOf(node)(own, share, before);
        // behind the end of a row of the batch its state stays, and what is seen is 0
        const lives = column && inner.greater(column, at);
        const state = lives ? next.map((value, i) => inner.where(lives, value, before[i]!)) : next;
        return [lives ? inner.where(lives, state[0]!, 0) : state[0]!, state];
      });
    });
    const last = Array.from({ length: states }, (_, i) =>
      op.concat(
        results.map(({ state }) => op.unsqueeze(state[i]!, [0])),
        0,
      ),
    );
    return [
      op.concat(
        results.map(({ seen }) => seen),
        1,
      ),
      ...last,
    ];
  };
}

/** An LSTM; its inputs and states are rounded before they meet the weights. */
export const lstmOf = (round?: Rounding): Rewrite => inSteps(lstm, 4, ["Sigmoid", "Tanh", "Tanh"], round);

export const recurrentOperators: Readonly<Record<string, Rewrite>> = {
  RNN: inSteps(() => rnn, 1, ["Tanh"]),
  LSTM: lstmOf(),
  GRU: inSteps(gru, 3, ["Sigmoid", "Tanh"]),
};
