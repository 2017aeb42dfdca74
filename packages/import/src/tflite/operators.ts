import { XstarError } from "@xstar/core";
import { generalRelu, softmax } from "../ops/activations.js";
import { dense } from "../ops/dense.js";
import { binary, clip, unary } from "../ops/elementwise.js";
import { l2Normalize } from "../ops/normalization.js";
import { reshape, split, transpose } from "../ops/shapes.js";
import { conv, convTranspose, depthwise, pool, type Window } from "../ops/windows.js";
import { rankOf, wholeNumbers, type Symbolic } from "../build/symbolic.js";
import { undilated } from "../tensorflow/ops/windows.js";
import { types } from "./model.js";
import { sequenceLstm } from "./recurrent.js";
import { same, type EmitOperator, type OperatorRow, type OperatorRows, type Options } from "./row.js";

/** Rows of several kinds of operators: `[code, emit]` each. */
const rows = (
  list: Readonly<Record<string, readonly [number, EmitOperator]>>,
  rest: Partial<OperatorRow> = {},
): OperatorRows =>
  Object.fromEntries(Object.entries(list).map(([name, [code, emit]]) => [name, { code, emit, ...rest }]));

function windowOf(options: Options, dilation?: number): Window {
  return {
    strides: [options.int(2, 1), options.int(1, 1)],
    dilations: dilation === undefined ? [1, 1] : [options.int(dilation + 1, 1), options.int(dilation, 1)],
    padding: options.byte(0) === 0 ? "same" : "valid",
  };
}

const convolution: EmitOperator = (b, [given, kernel, bias], { options }) => {
  const { x, window } = undilated(given!, windowOf(options, 4));
  const weights = transpose(b, kernel!, [1, 2, 3, 0]);
  const groups = x.dims[3] === undefined ? 1 : x.dims[3] / (kernel!.dims[3] ?? 1);
  return conv(b, x, weights, { ...window, bias, groups });
};

const depthwiseConvolution: EmitOperator = (b, [given, kernel, bias], { options }) => {
  const { x, window } = undilated(given!, windowOf(options, 5));
  const [, height, width, outputs] = kernel!.dims as number[];
  const channels = x.dims[3] ?? outputs! / options.int(3, 1);
  return depthwise(b, x, reshape(b, kernel!, [height!, width!, channels, outputs! / channels]), { ...window, bias });
};

const transposedConvolution: EmitOperator = (b, [sizes, kernel, x, bias], { options }) => {
  const outputSizes = (sizes!.known ?? wholeNumbers(sizes!, "The size of a transposed convolution")).slice(1, -1);
  return convTranspose(b, x!, transpose(b, kernel!, [1, 2, 0, 3]), { ...windowOf(options), outputSizes, bias });
};

const fullyConnected: EmitOperator = (b, [x, weights, bias], { options }) => {
  const kernel = transpose(b, weights!, [1, 0]);
  const keepsAxes = options.flag(2);
  const flat = keepsAxes || rankOf(x!) === 2 ? x! : reshape(b, x!, [-1, weights!.dims[1]!]);
  return dense(b, flat, kernel, bias);
};

const pooling =
  (opType: "MaxPool" | "AveragePool"): EmitOperator =>
  (b, [x], { options }) =>
    pool(b, opType, x!, [options.int(4, 1), options.int(3, 1)], windowOf(options));

const scaledSoftmax: EmitOperator = (b, [x], { options }) => {
  const beta = options.float(0, 1);
  return softmax(b, beta === 1 ? x! : binary(b, "Mul", x!, beta));
};

const reshaping: EmitOperator = (b, [x, shape], facts) =>
  same("Reshape")(b, [x!, shape ?? b.ints(facts.options.ints(0))], facts);

const splitting: EmitOperator = (b, [axis, x], { outputs }) => {
  const [at] = wholeNumbers(axis!, "The axis of a split") as [number];
  return split(
    b,
    x!,
    Array.from({ length: outputs }, () => x!.dims.at(at)! / outputs),
    at,
  );
};

const refused =
  (why: string): EmitOperator =>
  (_b, _inputs, { name }) => {
    throw new XstarError("unsupported-model", `Operator "${name}" ${why}, which is not supported`, {
      hint: "Use a model that is given all its input at once",
    });
  };

const reduced = (op: string): EmitOperator => same(op, (options) => ({ keep_dims: options.flag(0) }));

/** Operators on windows and products, which an activation may follow. */
const weighty: OperatorRows = {
  CONV_2D: { code: 3, fused: 3, emit: convolution },
  DEPTHWISE_CONV_2D: { code: 4, fused: 4, emit: depthwiseConvolution },
  TRANSPOSE_CONV: { code: 67, fused: 3, emit: transposedConvolution },
  FULLY_CONNECTED: { code: 9, fused: 0, emit: fullyConnected },
  MAX_POOL_2D: { code: 17, fused: 5, moves: true, emit: pooling("MaxPool") },
  AVERAGE_POOL_2D: { code: 1, fused: 5, emit: pooling("AveragePool") },
  ADD: { code: 0, fused: 0, emit: same("AddV2") },
  SUB: { code: 41, fused: 0, emit: same("Sub") },
  MUL: { code: 18, fused: 0, emit: same("Mul") },
  DIV: { code: 42, fused: 0, emit: same("RealDiv") },
  CONCATENATION: {
    code: 2,
    fused: 1,
    emit: (b, xs, facts) => same("ConcatV2")(b, [...xs, b.ints([facts.options.int(0)], [])], facts),
  },
  L2_NORMALIZATION: { code: 11, fused: 0, emit: (b, [x]) => l2Normalize(b, x!, [-1], 1e-12) },
  UNIDIRECTIONAL_SEQUENCE_LSTM: { code: 44, emit: sequenceLstm },
  BATCH_MATMUL: {
    code: 126,
    emit: same("BatchMatMulV2", (options) => ({ adj_x: options.flag(0), adj_y: options.flag(1) })),
  },
};

/** Operators that work element by element. */
const elementwise = rows({
  LOGISTIC: [14, same("Sigmoid")],
  TANH: [28, same("Tanh")],
  RELU: [19, same("Relu")],
  RELU6: [21, same("Relu6")],
  RELU_N1_TO_1: [20, (b, [x]) => clip(b, x!, -1, 1)],
  RELU_0_TO_1: [152, (b, [x]) => clip(b, x!, 0, 1)],
  LEAKY_RELU: [98, (b, [x], { options }) => generalRelu(b, x!, { slope: options.float(0) })],
  PRELU: [54, same("Prelu")],
  ELU: [111, same("Elu")],
  GELU: [150, same("Gelu", (options) => ({ approximate: options.flag(0) }))],
  HARD_SWISH: [117, same("HardSwish")],
  EXP: [47, same("Exp")],
  LOG: [73, same("Log")],
  SQRT: [75, same("Sqrt")],
  RSQRT: [76, same("Rsqrt")],
  SQUARE: [92, same("Square")],
  SQUARED_DIFFERENCE: [99, same("SquaredDifference")],
  POW: [78, same("Pow")],
  ABS: [101, same("Abs")],
  NEG: [59, same("Neg")],
  SIN: [66, same("Sin")],
  COS: [108, same("Cos")],
  FLOOR: [8, same("Floor")],
  CEIL: [104, same("Ceil")],
  ROUND: [116, same("Round")],
  SIGN: [158, same("Sign")],
  FLOOR_DIV: [90, same("FloorDiv")],
  FLOOR_MOD: [95, same("FloorMod")],
  MAXIMUM: [55, same("Maximum")],
  MINIMUM: [57, same("Minimum")],
  ADD_N: [106, same("AddN")],
  EQUAL: [71, same("Equal")],
  NOT_EQUAL: [72, same("NotEqual")],
  LESS: [58, same("Less")],
  LESS_EQUAL: [63, same("LessEqual")],
  GREATER: [61, same("Greater")],
  GREATER_EQUAL: [62, same("GreaterEqual")],
  LOGICAL_AND: [86, same("LogicalAnd")],
  LOGICAL_OR: [84, same("LogicalOr")],
  LOGICAL_NOT: [87, same("LogicalNot")],
  SELECT: [64, same("Select")],
  SELECT_V2: [123, same("SelectV2")],
  ZEROS_LIKE: [93, same("ZerosLike")],
  CAST: [53, same("Cast", (_, { outputType }) => ({ DstT: types[outputType] ?? 0 }))],
  LOCAL_RESPONSE_NORMALIZATION: [
    13,
    same("LRN", (options) => ({
      depth_radius: options.int(0),
      bias: options.float(1),
      alpha: options.float(2),
      beta: options.float(3),
    })),
  ],
});

const heads = rows({ SOFTMAX: [25, scaledSoftmax], LOG_SOFTMAX: [50, same("LogSoftmax")] }, { isExact: true });

const reductions = rows({
  MEAN: [40, reduced("Mean")],
  SUM: [74, reduced("Sum")],
  REDUCE_MAX: [82, reduced("Max")],
  REDUCE_MIN: [89, reduced("Min")],
  REDUCE_PROD: [81, reduced("Prod")],
  ARG_MAX: [56, same("ArgMax")],
  ARG_MIN: [79, same("ArgMin")],
  CUMSUM: [128, same("Cumsum", (options) => ({ exclusive: options.flag(0), reverse: options.flag(1) }))],
  TOPK_V2: [48, same("TopKV2")],
  RESIZE_BILINEAR: [
    23,
    same("ResizeBilinear", (options) => ({ align_corners: options.flag(2), half_pixel_centers: options.flag(3) })),
  ],
});

const masks = (options: Options) => ({
  begin_mask: options.int(0),
  end_mask: options.int(1),
  ellipsis_mask: options.int(2),
  new_axis_mask: options.int(3),
  shrink_axis_mask: options.int(4),
});

/** Operators that only move numbers. */
const moves = rows(
  {
    RESHAPE: [22, reshaping],
    SQUEEZE: [43, same("Squeeze", (options) => ({ squeeze_dims: options.ints(0) }))],
    EXPAND_DIMS: [70, same("ExpandDims")],
    TRANSPOSE: [39, same("Transpose")],
    PAD: [34, same("Pad")],
    PADV2: [60, same("PadV2")],
    MIRROR_PAD: [100, same("MirrorPad", (options) => ({ mode: options.byte(0) === 0 ? "REFLECT" : "SYMMETRIC" }))],
    SLICE: [65, same("Slice")],
    STRIDED_SLICE: [45, same("StridedSlice", masks)],
    SPLIT: [49, splitting],
    SPLIT_V: [102, same("SplitV")],
    PACK: [83, same("Pack", (options) => ({ axis: options.int(1) }))],
    UNPACK: [88, same("Unpack", (options, { outputs }) => ({ axis: options.int(1), num: outputs }))],
    GATHER: [
      36,
      (b, [x, indices], facts) => same("GatherV2")(b, [x!, indices!, b.ints([facts.options.int(0)], [])], facts),
    ],
    GATHER_ND: [107, same("GatherNd")],
    TILE: [69, same("Tile")],
    BROADCAST_TO: [130, same("BroadcastTo")],
    REVERSE_V2: [105, same("ReverseV2")],
    DEPTH_TO_SPACE: [5, same("DepthToSpace", (options) => ({ block_size: options.int(0, 2) }))],
    SPACE_TO_DEPTH: [26, same("SpaceToDepth", (options) => ({ block_size: options.int(0, 2) }))],
    SPACE_TO_BATCH_ND: [38, same("SpaceToBatchND")],
    BATCH_TO_SPACE_ND: [37, same("BatchToSpaceND")],
    RESIZE_NEAREST_NEIGHBOR: [
      97,
      same("ResizeNearestNeighbor", (options) => ({
        align_corners: options.flag(0),
        half_pixel_centers: options.flag(1),
      })),
    ],
    SHAPE: [77, same("Shape")],
    FILL: [94, same("Fill")],
    ONE_HOT: [85, same("OneHot")],
    DEQUANTIZE: [6, same("Identity")],
    QUANTIZE: [114, same("Identity")],
    DENSIFY: [124, same("Identity")],
  },
  { moves: true },
);

const unsupported = rows({
  VAR_HANDLE: [142, refused("keeps a state from one input to the next")],
  READ_VARIABLE: [143, refused("keeps a state from one input to the next")],
  ASSIGN_VARIABLE: [144, refused("keeps a state from one input to the next")],
});

/** The operators by what they do. */
export const operatorFamilies = {
  "With an activation of their own, or weights": weighty,
  "Element by element": elementwise,
  Softmax: heads,
  "Reductions, and choices among numbers": reductions,
  Shapes: moves,
} as const satisfies Readonly<Record<string, OperatorRows>>;

/** Every operator of TFLite that xstar builds. */
export const operatorRows: OperatorRows = Object.assign({}, ...Object.values(operatorFamilies));

export const operatorsByCode: ReadonlyMap<number, readonly [string, OperatorRow]> = new Map(
  Object.entries({ ...operatorRows, ...unsupported }).map(([name, row]) => [row.code, [name, row]]),
);

/** What follows an operator, by TFLite's number of the activation. */
export const activations: readonly (((b: Parameters<EmitOperator>[0], x: Symbolic) => Symbolic) | undefined)[] = [
  undefined,
  (b, x) => unary(b, "Relu", x),
  (b, x) => clip(b, x, -1, 1),
  (b, x) => clip(b, x, 0, 6),
  (b, x) => unary(b, "Tanh", x),
];
