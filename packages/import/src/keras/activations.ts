import { XstarError } from "@xstar/core";
import { float } from "../build/attributes.js";
import type { Builder } from "../build/builder.js";
import type { Symbolic } from "../build/symbolic.js";
import { gelu, hardSigmoid, leakyRelu, relu6, silu, softmax } from "../ops/activations.js";
import { binary, clip, unary } from "../ops/elementwise.js";
import { Layer, type Config, type LayerContext } from "./layer.js";

type Activation = (b: Builder, x: Symbolic, context: LayerContext) => Symbolic;

/** Keras 2 has another slope than Keras 3, which follows PyTorch. */
const kerasHardSigmoid: Activation = (b, x, { keras }) => hardSigmoid(b, x, keras < 3 ? 0.2 : 1 / 6);

const plain =
  (opType: string): Activation =>
  (b, x) =>
    unary(b, opType, x);

/** Every activation that Keras knows by name. */
export const activations: Readonly<Record<string, Activation>> = {
  linear: (_, x) => x,
  relu: plain("Relu"),
  relu6,
  leaky_relu: (b, x) => leakyRelu(b, x, 0.2),
  elu: plain("Elu"),
  selu: plain("Selu"),
  celu: plain("Celu"),
  gelu: (b, x) => gelu(b, x, false),
  silu,
  swish: silu,
  hard_silu: plain("HardSwish"),
  hard_swish: plain("HardSwish"),
  sigmoid: plain("Sigmoid"),
  hard_sigmoid: kerasHardSigmoid,
  tanh: plain("Tanh"),
  hard_tanh: (b, x) => clip(b, x, -1, 1),
  softplus: plain("Softplus"),
  softsign: plain("Softsign"),
  softmax: (b, x) => softmax(b, x),
  log_softmax: (b, x) => softmax(b, x, -1, "LogSoftmax"),
  log_sigmoid: (b, x) => unary(b, "Neg", unary(b, "Softplus", unary(b, "Neg", x))),
  exponential: plain("Exp"),
  mish: plain("Mish"),
  tanh_shrink: (b, x) => binary(b, "Sub", x, unary(b, "Tanh", x)),
  hard_shrink: (b, x) => unary(b, "Shrink", x, { lambd: float(0.5) }),
  soft_shrink: (b, x) => unary(b, "Shrink", x, { lambd: float(0.5), bias: float(0.5) }),
  squareplus: (b, x) =>
    binary(b, "Mul", binary(b, "Add", x, unary(b, "Sqrt", binary(b, "Add", binary(b, "Mul", x, x), 4))), 0.5),
};

/** The name of an activation, whichever way the file writes it; undefined for one that is a layer. */
function nameOf(spec: unknown): string | undefined {
  if (spec === null || spec === undefined) return "linear";
  if (typeof spec === "string") return spec.toLowerCase();
  const { class_name, config } = spec as Config;
  return class_name === "function" && typeof config === "string" ? config.toLowerCase() : undefined;
}

/** An activation by name, or by a layer of its own (`{ class_name: "ReLU", config }`). */
export function activate(b: Builder, x: Symbolic, layer: Layer, spec: unknown = layer.config["activation"]): Symbolic {
  const name = nameOf(spec);
  const known = name === undefined ? undefined : activations[name];
  if (known) return known(b, x, layer.context);
  if (name === undefined) {
    const { class_name, config } = spec as { class_name: string; config: Config };
    return new Layer(class_name, config, [], layer.context).emit(b, [x])[0]!;
  }
  throw new XstarError(
    "unsupported-model",
    `Layer "${layer.name}" has the activation "${name}", which xstar does not know`,
    {
      hint: `Say what the layer computes: importModel(files, { layers: { ${layer.className}: emit } })`,
      details: { layer: layer.name, activation: name },
    },
  );
}

/** A layer's own activation; what comes before it keeps a name too. */
export function finish(b: Builder, x: Symbolic, layer: Layer): Symbolic {
  if (nameOf(layer.config["activation"]) === "linear") return x;
  return activate(b, b.name(x, `${layer.name}/preactivation`), layer);
}
