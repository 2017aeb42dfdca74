import { XstarError, tensor, type Tensor } from "@xstar/core";
import { floatsOf, lastColumns, stacked, transposed } from "../../build/arrays.js";
import { float } from "../../build/attributes.js";
import type { Builder } from "../../build/builder.js";
import type { Symbolic } from "../../build/symbolic.js";
import { binary, joined } from "../../ops/elementwise.js";
import { concat, reshape, slice, squeeze, transpose, unsqueeze } from "../../ops/shapes.js";
import { Layer, type Config, type EmitLayer, type LayerRow, type LayerRows } from "../layer.js";
import { unsupportedMask } from "../masks.js";
import { convolutionalLstms } from "./convolutional-lstm.js";
import { compacted } from "./masked-steps.js";

interface Cell {
  readonly opType: "LSTM" | "GRU" | "RNN";
  /** ONNX's gates, by their places in Keras. */
  readonly gates: readonly number[];
}

const cells: Readonly<Record<string, Cell>> = {
  LSTM: { opType: "LSTM", gates: [0, 3, 1, 2] },
  GRU: { opType: "GRU", gates: [0, 1, 2] },
  SimpleRNN: { opType: "RNN", gates: [0] },
};

const onnxActivations: Readonly<Record<string, string>> = {
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  relu: "Relu",
  linear: "Affine",
  softsign: "Softsign",
  softplus: "Softplus",
  elu: "Elu",
  hard_sigmoid: "HardSigmoid",
};

/** All steps and the last states of a recurrent layer. */
interface Unrolled {
  /** [batch, time, units], in the order of the input. */
  readonly steps: Symbolic;
  /** [batch, units] each. */
  readonly states: readonly Symbolic[];
}

interface Direction {
  readonly isReverse: boolean;
  /** Which steps count; all when left out. */
  readonly mask?: Symbolic | undefined;
  /** What stands where steps do not count: zeros, or what was last seen. */
  readonly isZeroBetween?: boolean;
}

function unroll(
  b: Builder,
  [given, ...initial]: readonly Symbolic[],
  layer: Layer,
  { isReverse, mask, isZeroBetween = false }: Direction,
): Unrolled {
  const front = mask && compacted(b, given!, mask);
  const x = front?.x ?? given;
  const { opType, gates } = cells[layer.className]!;
  const units = layer.number("units");
  const ordered = (t: Tensor) =>
    stacked(gates.map((gate) => transposed(lastColumns(t, gate * units, (gate + 1) * units), [1, 0])));
  const one = (t: Tensor) => ({ ...t, shape: [1, ...t.shape] });
  const inputs = [
    transpose(b, x!, [1, 0, 2]),
    b.constant(one(ordered(layer.weight("kernel"))), "kernel"),
    b.constant(one(ordered(layer.weight("recurrent_kernel"))), "recurrent_kernel"),
    layer.flag("use_bias", true) ? b.constant(biasOf(layer.weight("bias"), gates, units), "bias") : undefined,
    front?.lengths,
    ...initial.map((state) => unsqueeze(b, state, [0])),
  ];
  const [batch, time] = x!.dims;
  const state = { dims: [1, batch, units] };
  const results = [{ dims: [time, 1, batch, units] }, state, ...(opType === "LSTM" ? [state] : [])];
  const [steps, ...states] = b.emitMany(opType, inputs, results, {
    hidden_size: units,
    direction: isReverse ? "reverse" : "forward",
    ...activationsOf(layer, opType),
    ...(opType === "GRU" && { linear_before_reset: layer.flag("reset_after", false) ? 1 : 0 }),
  });
  const inOrder = transpose(b, squeeze(b, steps!, [1]), [1, 0, 2]);
  return {
    steps: front?.spread(inOrder, isReverse, isZeroBetween) ?? inOrder,
    states: states.map((one) => squeeze(b, one, [0])),
  };
}

/** Input and recurrent biases behind one another; Keras has the recurrent ones of a GRU only with reset_after. */
function biasOf(bias: Tensor, gates: readonly number[], units: number): Tensor {
  const numbers = floatsOf(bias);
  const width = gates.length * units;
  const data = new Float32Array(2 * width);
  for (let half = 0; half < numbers.length / width; half++)
    gates.forEach((gate, i) => {
      for (let unit = 0; unit < units; unit++)
        data[half * width + i * units + unit] = numbers[half * width + gate * units + unit]!;
    });
  return tensor("float32", data, [1, 2 * width]);
}

function activationsOf(layer: Layer, opType: Cell["opType"]) {
  const usual = layer.context.keras === 1 ? "hard_sigmoid" : "sigmoid";
  const [inner, gate] = [layer.string("activation", "tanh"), layer.string("recurrent_activation", usual)];
  const named = opType === "RNN" ? [inner] : opType === "GRU" ? [gate, inner] : [gate, inner, inner];
  const activations = named.map((name) => {
    const known = onnxActivations[name];
    if (known) return known;
    throw new XstarError(
      "unsupported-model",
      `Layer "${layer.name}" (${layer.className}) has the activation "${name}", which is not supported`,
    );
  });
  if (!activations.some((name) => name === "HardSigmoid" || name === "Affine")) return { activations };
  const slope = layer.context.keras < 3 ? 0.2 : 1 / 6;
  const numbers = { HardSigmoid: [slope, 0.5], Affine: [1, 0] } as Readonly<Record<string, readonly [number, number]>>;
  // ONNX hands the numbers out in order to the functions that take some
  const taking = activations.flatMap((name) =>
    numbers[name] ? [numbers[name]] : name === "Elu" ? [[1, 0] as const] : [],
  );
  return {
    activations,
    activation_alpha: float(taking.map(([alpha]) => alpha)),
    activation_beta: float(taking.map(([, beta]) => beta)),
  };
}

const lastOf = ({ states }: Unrolled) => states[0]!;

function flipped(b: Builder, steps: Symbolic): Symbolic {
  return { ...slice(b, steps, [{ axis: 1, start: -1, end: Number.MIN_SAFE_INTEGER, step: -1 }]), dims: steps.dims };
}

const recurrent: LayerRow = {
  weights: ["kernel", "recurrent_kernel", "bias"],
  emit: (b, inputs, layer) => {
    const isReverse = layer.flag("go_backwards", false);
    const { mask } = inputs[0]!;
    const isZeroBetween = layer.flag("zero_output_for_mask", false);
    if (mask && isZeroBetween && !layer.flag("return_sequences", false)) throw unsupportedMask(layer);
    const unrolled = unroll(b, inputs, layer, { isReverse, mask, isZeroBetween });
    const sequence = isReverse ? () => flipped(b, unrolled.steps) : () => unrolled.steps;
    const result = layer.flag("return_sequences", false) ? sequence() : lastOf(unrolled);
    return layer.flag("return_state", false) ? [result, ...unrolled.states] : result;
  },
};

const bidirectional: EmitLayer = (b, [x], layer) => {
  const forward = layer.inner("layer", "forward");
  const backward = layer.inner(layer.config["backward_layer"] ? "backward_layer" : "layer", "backward");
  if (!cells[forward.className])
    throw new XstarError(
      "unsupported-model",
      `Layer "${layer.name}" (Bidirectional) wraps a ${forward.className}, which is not supported`,
    );
  const how = { mask: x!.mask, isZeroBetween: forward.flag("return_sequences", false) };
  const both = [
    unroll(b, [x!], forward, { ...how, isReverse: false }),
    unroll(b, [x!], backward, { ...how, isReverse: true }),
  ];
  const results = both.map((one) => (forward.flag("return_sequences", false) ? one.steps : lastOf(one)));
  const merged = merge(b, results, layer.config["merge_mode"]);
  return forward.flag("return_state", false) ? [merged, ...both.flatMap(({ states }) => states)].flat() : merged;
};

function merge(b: Builder, results: readonly Symbolic[], mode: unknown): Symbolic | readonly Symbolic[] {
  switch (mode) {
    case null:
      return results;
    case "sum":
      return joined(b, "Add", results);
    case "mul":
      return joined(b, "Mul", results);
    case "ave":
      return binary(b, "Mul", joined(b, "Add", results), 0.5);
    default:
      return concat(b, results, -1);
  }
}

/** The same layer at each step: steps become pictures of a larger batch. */
const timeDistributed: EmitLayer = (b, [x], layer) => {
  const inner = layer.inner("layer", "layer");
  const [batch, time, ...rest] = x!.dims;
  if (time === undefined || rest.includes(undefined))
    throw new XstarError(
      "unsupported-model",
      `Layer "${layer.name}" (TimeDistributed) is over a free number of steps, which is not supported`,
      {
        hint: "Save the model with the number of steps in its input shape",
      },
    );
  const single = reshape(b, x!, [-1, ...(rest as number[])]);
  const [y] = inner.emit(b, [single]);
  const back = reshape(b, y!, [-1, time, ...(y!.dims.slice(1) as number[])]);
  return { ...back, dims: [batch, time, ...y!.dims.slice(1)] };
};

/** A layer around one of the usual cells is that cell's own layer. */
const aroundCell: EmitLayer = (b, inputs, layer, call) => {
  const { class_name: name = "", config = {} } = (layer.config["cell"] ?? {}) as {
    class_name?: string;
    config?: Config;
  };
  const className = name.replace(/^.*>/, "").replace(/Cell$/, "");
  if (!cells[className] || !name.endsWith("Cell"))
    throw new XstarError(
      "unsupported-model",
      `Layer "${layer.name}" (RNN) has a cell of class ${name}, which is not supported`,
      { hint: "Use an LSTM, GRU or SimpleRNN layer and save the model again" },
    );
  const whole = new Layer(className, { ...config, ...layer.config }, layer.held, layer.context);
  return recurrent.emit(b, inputs, whole, call);
};

/** Layers over time. */
export const recurrents: LayerRows = {
  ...convolutionalLstms,
  RNN: aroundCell,
  LSTM: recurrent,
  GRU: recurrent,
  SimpleRNN: recurrent,
  Bidirectional: bidirectional,
  TimeDistributed: timeDistributed,
};
