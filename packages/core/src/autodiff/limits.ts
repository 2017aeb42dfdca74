import { constantNumbers, type Node } from "../ir/graph.js";

/** What keeps some nodes of an operator from being differentiated. */
export interface Limit {
  /** Said after "with". */
  readonly what: string;
  holds(node: Node): boolean;
}

const depends = (index: number, what: string): Limit => ({
  what: `${what} that the model computes from its input`,
  holds: (node) => node.inputs[index] !== undefined && !constantNumbers(node.inputs[index]),
});

const flag = (name: string, value = 1): Limit => ({
  what: `${name} ${value}`,
  holds: (node) => node.int(name, 0) === value,
});

/** Each step or factor becomes nodes: more of them would make graphs that are not worth it. */
const longest = 1024;

const recurrent: readonly Limit[] = [
  { what: "no steps", holds: ({ inputs: [x] }) => x!.shape[0]! === 0 },
  flag("layout"),
];

const elsewhere: Limit = {
  what: "an activation other than Relu, Tanh, Sigmoid, LeakyRelu, Clip and HardSigmoid",
  holds: (node) => !/^(|Relu|Tanh|Sigmoid|LeakyRelu|Clip|HardSigmoid)$/.test(node.string("activation", "")),
};

/** `mask` is the number of that input. */
const attention = (mask: number): Limit => ({
  what: "a mask of another shape than [batch], [batch, keys] or [batch, queries, keys]",
  holds: ({ inputs }) => {
    const given = inputs[mask];
    return given !== undefined && (given.rank > 3 || (given.rank === 1 && given.shape[0] !== inputs[0]!.shape[0]));
  },
});

/** Operators that are rewritten before they are differentiated, and the nodes that are not. */
export const limits: Readonly<Record<string, readonly Limit[]>> = {
  RoiAlign: [
    {
      what: "sampling_ratio 0, which lets the regions decide how many points a bin has",
      holds: (node) => node.int("sampling_ratio", 0) <= 0,
    },
  ],
  CenterCropPad: [depends(1, "a size")],
  CumProd: [
    depends(1, "an axis"),
    {
      what: `0 or more than ${longest} elements along the axis`,
      holds: ({ inputs: [x, given] }) => {
        const n = x!.shape.at(constantNumbers(given)?.[0] ?? 0)!;
        return n === 0 || n > longest;
      },
    },
  ],
  RNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  "com.microsoft::DynamicQuantizeLSTM": recurrent,
  STFT: [depends(1, "a step"), depends(3, "a length")],
  Upsample: [depends(1, "scales")],
  "com.microsoft::Attention": [
    { what: "past_sequence_length", holds: (node) => node.inputs[6] !== undefined },
    flag("do_rotary"),
    attention(3),
  ],
  "com.microsoft::MultiHeadAttention": [
    {
      what: "query, key and value packed into one input",
      holds: ({ inputs: [query, key, value] }) => query?.rank !== 3 || !key || !value,
    },
    attention(4),
  ],
  "com.microsoft::MatMulNBits": [
    { what: "bits other than 4 and 8", holds: (node) => ![4, 8].includes(node.int("bits", 4)) },
    { what: "g_idx", holds: ({ inputs }) => inputs[4] !== undefined },
  ],
  "com.microsoft::FusedConv": [elsewhere],
  "com.microsoft::FusedGemm": [elsewhere],
  "com.microsoft::QLinearAveragePool": [flag("channels_last")],
  "com.microsoft::QLinearGlobalAveragePool": [flag("channels_last")],
};

/** What keeps this node from being rewritten; undefined for nothing. */
export function limitOf(node: Node): string | undefined {
  return limits[node.qualifiedType]?.find(({ holds }) => holds(node))?.what;
}
