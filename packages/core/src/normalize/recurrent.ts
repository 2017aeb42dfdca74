import { constantNumbers, type Node, type Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
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

/** The activations of all directions, their inputs bounded by `clip`. */
function activationsOf(node: Node, op: Ops, count: number, defaults: readonly string[]): Activation[] {
  const names = node.strings("activations") ?? Array.from({ length: count }, () => defaults).flat();
  const [alphas, betas] = [[...(node.floats("activation_alpha") ?? [])], [...(node.floats("activation_beta") ?? [])]];
  const bound = node.float("clip", 0);
  return names.map((name): Activation => {
    const kind = recurrentActivations[name.toLowerCase()]!;
    const alpha = kind.alpha === undefined ? 0 : (alphas.shift() ?? kind.alpha);
    const beta = kind.beta === undefined ? 0 : (betas.shift() ?? kind.beta);
    return (x) => kind.of(op, bound > 0 ? op.clip(x, -bound, bound) : x, alpha, beta);
  });
}

/** A recurrent layer as one step after the other. */
function unroll(
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
    const activations = activationsOf(node, op, count, defaults);
    const isWhole = !lengths || constantNumbers(lengths)?.every((length) => length === steps);
    const column = isWhole ? undefined : op.reshape(lengths, [batch, 1]);
    const states = defaults.length === 3 ? 2 : 1;
    const [initial, peepholes] = [rest.slice(0, states), states === 2 ? rest[2] : undefined];
    const of = (value: Value, d: number) => op.reshape(op.sliceAxis(value, 0, d, d + 1), value.shape.slice(1));
    const results = Array.from({ length: count }, (_, d) => {
      const backwards = node.string("direction", "forward") === "reverse" || d === 1;
      const both = bias && op.split(op.sliceAxis(bias, 0, d, d + 1), [gates * hidden, gates * hidden], 1);
      const flat = op.matMul(op.reshape(round(op, x!), [steps * batch, features]), op.transpose(of(w!, d), [1, 0]));
      const shares = op.split(
        both ? op.add(flat, both[0]!) : flat,
        Array.from({ length: steps }, () => batch),
        0,
      );
      const own: Direction = {
        op,
        hidden,
        r: op.transpose(of(r!, d), [1, 0]),
        recurrentBias: both?.[1],
        activations: activations.slice(d * defaults.length),
        round,
        peephole: (gate) =>
          peepholes && op.sliceAxis(op.sliceAxis(peepholes, 0, d, d + 1), 1, gate * hidden, (gate + 1) * hidden),
      };
      let state: readonly Value[] = Array.from({ length: states }, (__, i) =>
        initial[i] ? of(initial[i], d) : op.fill([batch, hidden], 0, x!.dtype),
      );
      const seen: Value[] = [];
      for (const [at, share] of backwards ? [...shares.entries()].toReversed() : shares.entries()) {
        const before = state;
        const next = cellOf(node)(own, share, before);
        // behind the end of a row of the batch its state stays, and what is seen is 0
        const lives = column && op.greater(column, at);
        state = lives ? next.map((value, i) => op.where(lives, value, before[i]!)) : next;
        seen.push(lives ? op.where(lives, state[0]!, 0) : state[0]!);
      }
      const ordered = (backwards ? seen.toReversed() : seen).map((h) => op.reshape(h, [1, 1, batch, hidden]));
      return { y: op.concat(ordered, 0), state };
    });
    const last = Array.from({ length: states }, (_, i) =>
      op.concat(
        results.map(({ state }) => op.unsqueeze(state[i]!, [0])),
        0,
      ),
    );
    return [
      op.concat(
        results.map(({ y }) => y),
        1,
      ),
      ...last,
    ];
  };
}

/** An LSTM; its inputs and states are rounded before they meet the weights. */
export const lstmOf = (round?: Rounding): Rewrite => unroll(lstm, 4, ["Sigmoid", "Tanh", "Tanh"], round);

export const recurrentOperators: Readonly<Record<string, Rewrite>> = {
  RNN: unroll(() => rnn, 1, ["Tanh"]),
  LSTM: lstmOf(),
  GRU: unroll(gru, 3, ["Sigmoid", "Tanh"]),
};
