import { XstarError } from "@xstar/core";
import { reshaped } from "../../build/arrays.js";
import type { Builder } from "../../build/builder.js";
import { rankOf, type Symbolic } from "../../build/symbolic.js";
import { binary } from "../../ops/elementwise.js";
import { concat, slice, split, squeeze, unsqueeze } from "../../ops/shapes.js";
import { conv } from "../../ops/windows.js";
import { activate } from "../activations.js";
import type { EmitLayer, Layer, LayerRow, LayerRows } from "../layer.js";

interface State {
  readonly hidden: Symbolic;
  readonly cell: Symbolic;
}

/** One step of the cell: convolutions of the step and of the last output are the gates i, f, c and o. */
function step(b: Builder, x: Symbolic, before: State | undefined, layer: Layer): State {
  const count = rankOf(x) - 2;
  const filters = layer.number("filters");
  const kernel = (name: string) => b.constant(layer.weight(name), name);
  const fresh = conv(b, x, kernel("kernel"), {
    strides: layer.numbers("strides", count, 1),
    dilations: layer.numbers("dilation_rate", count, 1),
    padding: layer.string("padding", "valid") === "same" ? "same" : "valid",
    bias: layer.flag("use_bias", true) ? b.constant(reshaped(layer.weight("bias"), [-1]), "bias") : undefined,
  });
  const all =
    before === undefined
      ? fresh
      : binary(b, "Add", fresh, conv(b, before.hidden, kernel("recurrent_kernel"), { padding: "same" }));
  const [input, forget, candidate, output] = split(b, all, [filters, filters, filters, filters], -1) as [
    Symbolic,
    Symbolic,
    Symbolic,
    Symbolic,
  ];
  const usual = layer.context.keras < 3 ? "hard_sigmoid" : "sigmoid";
  const gate = (value: Symbolic) => activate(b, value, layer, layer.config["recurrent_activation"] ?? usual);
  const inner = (value: Symbolic) => activate(b, value, layer, layer.config["activation"] ?? "tanh");
  const added = binary(b, "Mul", gate(input), inner(candidate));
  const cell = before === undefined ? added : binary(b, "Add", binary(b, "Mul", gate(forget), before.cell), added);
  return { hidden: binary(b, "Mul", gate(output), inner(cell)), cell };
}

/** Unrolled over its steps, which the file has to say. */
const convolutionalLstm: EmitLayer = (b, [x, hidden, cell], layer) => {
  const steps = x!.dims[1];
  if (steps === undefined)
    throw new XstarError(
      "unsupported-model",
      `Layer "${layer.name}" (${layer.className}) is over a free number of steps, which is not supported`,
      { hint: "Save the model with the number of steps in its input shape" },
    );
  if (layer.config["data_format"] === "channels_first")
    throw new XstarError(
      "unsupported-model",
      `Layer "${layer.name}" (${layer.className}) has its channels first, which is not supported`,
    );
  const isReverse = layer.flag("go_backwards", false);
  let state: State | undefined = hidden && cell && { hidden, cell };
  const outputs: Symbolic[] = [];
  for (let i = 0; i < steps; i++) {
    const at = isReverse ? steps - 1 - i : i;
    state = step(b, squeeze(b, slice(b, x!, [{ axis: 1, start: at, end: at + 1 }]), [1]), state, layer);
    outputs.push(state.hidden);
  }
  const result = layer.flag("return_sequences", false)
    ? concat(
        b,
        outputs.map((one) => unsqueeze(b, b.last(one), [1])),
        1,
      )
    : state!.hidden;
  return layer.flag("return_state", false) ? [result, state!.hidden, state!.cell] : result;
};

const row: LayerRow = { weights: ["kernel", "recurrent_kernel", "bias"], emit: convolutionalLstm };

/** Convolutions over time. */
export const convolutionalLstms: LayerRows = { ConvLSTM1D: row, ConvLSTM2D: row, ConvLSTM3D: row };
