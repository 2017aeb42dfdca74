import { constant, uniform, type Case, type CaseAttribute, type Cases, type Sample } from "../case.js";

const [steps, batch, features, hidden] = [3, 2, 2, 2];
const x = (...shape: readonly number[]) => uniform(-1, 1, shape);

interface Layer {
  readonly gates: number;
  readonly directions?: number;
  readonly bias?: boolean;
  readonly rest?: (directions: number) => readonly (Sample | undefined)[];
  readonly attributes?: Readonly<Record<string, CaseAttribute>>;
  readonly outputs?: Case["outputs"];
  readonly opset?: number;
}

function layer({ gates, directions = 1, bias = true, rest, attributes, outputs = 2, opset = 20 }: Layer): Case {
  return {
    inputs: [
      x(steps, batch, features),
      x(directions, gates * hidden, features),
      x(directions, gates * hidden, hidden),
      bias ? x(directions, 2 * gates * hidden) : undefined,
      ...(rest?.(directions) ?? []),
    ],
    attributes: { hidden_size: hidden, ...attributes },
    outputs,
    opset,
  };
}

const lengths = constant([steps, steps], [batch], "int32");
const state = (directions: number) => x(directions, batch, hidden);

/** Directions, with and without what may be left out, and the versions. */
const common = (gates: number, count: number): readonly Case[] => [
  layer({ gates, outputs: count }),
  layer({
    gates,
    bias: false,
    attributes: { direction: "reverse" },
    outputs: [true, ...Array<boolean>(count - 1).fill(false)],
  }),
  layer({
    gates,
    directions: 2,
    attributes: { direction: "bidirectional" },
    rest: (directions) => [lengths, ...Array.from({ length: count - 1 }, () => state(directions))],
    outputs: count,
  }),
  layer({ gates, outputs: [false, true], opset: 7 }),
];

export const recurrent: Cases = {
  RNN: common(1, 2),
  GRU: [
    ...common(3, 2),
    layer({ gates: 3, attributes: { linear_before_reset: 1 } }),
    layer({ gates: 3, bias: false, attributes: { linear_before_reset: 1 }, rest: (d) => [undefined, state(d)] }),
  ],
  LSTM: [
    ...common(4, 3),
    layer({ gates: 4, rest: (d) => [undefined, state(d), state(d), x(d, 3 * hidden)], outputs: [true, false, true] }),
  ],
};
