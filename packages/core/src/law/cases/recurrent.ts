import { Graph } from "../../ir/graph.js";
import { createOps } from "../../ir/ops/index.js";
import { constant, fed, uniform, type Case, type CaseAttribute, type Cases, type Sample } from "../case.js";

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
  readonly length?: number;
}

function layer({
  length = steps,
  gates,
  directions = 1,
  bias = true,
  rest,
  attributes,
  outputs = 2,
  opset = 20,
}: Layer): Case {
  return {
    inputs: [
      x(length, batch, features),
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

const shorter = constant([2, 1], [batch], "int32");
const lengths = constant([steps, steps], [batch], "int32");
const state = (directions: number) => x(directions, batch, hidden);

/** Rows of the batch that end before the last step, known or not. */
const ragged = (gates: number, count: number): readonly Case[] =>
  [shorter, fed(shorter)].flatMap((given) => [
    layer({ gates, rest: () => [given], outputs: count }),
    layer({
      gates,
      directions: 2,
      attributes: { direction: "bidirectional" },
      rest: (directions) => [given, ...Array.from({ length: count - 1 }, () => state(directions))],
      outputs: count,
    }),
  ]);

const strings = (...values: readonly string[]) => ({ strings: values });
const float = (...values: readonly number[]) => ({ float: values });
const clip = { float: 0.3 };

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
  ...ragged(gates, count),
  layer({ gates, attributes: { clip }, outputs: count }),
];

/** More steps than are written out. */
const long = (gates: number, count: number): readonly Case[] => [
  layer({ gates, length: 70, attributes: { direction: "reverse" }, outputs: count }),
  layer({
    gates,
    length: 66,
    directions: 2,
    attributes: { direction: "bidirectional" },
    rest: (directions) => [
      constant([66, 20], [batch], "int32"),
      ...Array.from({ length: count - 1 }, () => state(directions)),
    ],
    outputs: count,
  }),
];

/** s, x -> s + x, (s + x) tanh(x) */
function sums(): Graph {
  const graph = new Graph("body");
  const op = createOps(graph, "cpu", "body");
  const type = { dtype: "float32", shape: [2] } as const;
  const [s, element] = [graph.input("s", type), graph.input("element", type)];
  const total = op.add(s, element);
  graph.output(total);
  graph.output(op.mul(total, op.tanh(element)));
  return graph;
}

export const recurrent: Cases = {
  Scan: [
    { inputs: [x(2), x(4, 2)], attributes: { body: { graph: sums() }, num_scan_inputs: 1 }, outputs: 2 },
    {
      inputs: [x(2), x(2, 3)],
      attributes: {
        body: { graph: sums() },
        num_scan_inputs: 1,
        scan_input_axes: [1],
        scan_input_directions: [1],
        scan_output_axes: [1],
      },
      outputs: 2,
    },
  ],
  RNN: [
    ...common(1, 2),
    ...["Relu", "Sigmoid", "Softsign", "Softplus"].map((name) =>
      layer({ gates: 1, attributes: { activations: strings(name) } }),
    ),
    ...["LeakyRelu", "ThresholdedRelu", "Elu"].map((name) =>
      layer({ gates: 1, attributes: { activations: strings(name), activation_alpha: float(0.3) } }),
    ),
    ...["Affine", "ScaledTanh", "HardSigmoid"].map((name) =>
      layer({
        gates: 1,
        attributes: { activations: strings(name), activation_alpha: float(0.6), activation_beta: float(0.4) },
      }),
    ),
    ...long(1, 2),
  ],
  GRU: [
    ...common(3, 2),
    layer({ gates: 3, attributes: { linear_before_reset: 1 } }),
    layer({
      gates: 3,
      directions: 2,
      attributes: {
        direction: "bidirectional",
        activations: strings("HardSigmoid", "ScaledTanh", "Sigmoid", "Affine"),
        activation_alpha: float(0.3, 0.7, 0.8),
        activation_beta: float(0.4, 1.2, 0.1),
      },
    }),
    layer({ gates: 3, attributes: { activations: strings("HardSigmoid", "Elu"), linear_before_reset: 1 } }),
    layer({ gates: 3, attributes: { linear_before_reset: 1, clip } }),
    layer({ gates: 3, bias: false, attributes: { linear_before_reset: 1 }, rest: (d) => [undefined, state(d)] }),
    ...long(3, 2),
  ],
  LSTM: [
    ...common(4, 3),
    layer({ gates: 4, rest: (d) => [undefined, state(d), state(d), x(d, 3 * hidden)], outputs: [true, false, true] }),
    layer({ gates: 4, attributes: { input_forget: 1 } }),
    layer({ gates: 4, attributes: { clip }, rest: (d) => [shorter, state(d), state(d), x(d, 3 * hidden)] }),
    layer({
      gates: 4,
      attributes: {
        activations: strings("HardSigmoid", "LeakyRelu", "Softsign"),
        activation_alpha: float(0.25, 0.2),
        activation_beta: float(0.45),
      },
    }),
    layer({ gates: 4, attributes: { activations: strings("HardSigmoid", "Elu", "LeakyRelu") } }),
    ...long(4, 3),
  ],
};
