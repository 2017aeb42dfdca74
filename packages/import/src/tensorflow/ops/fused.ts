import { XstarError } from "@xstar/core";
import type { Builder } from "../../build/builder.js";
import { rankOf, type Symbolic } from "../../build/symbolic.js";
import { leakyRelu, prelu, relu6 } from "../../ops/activations.js";
import { binary, unary } from "../../ops/elementwise.js";
import type { EmitOp, OpRows, Settings } from "../op.js";
import { channelsLast } from "./channels.js";
import { batchNormOf, matrices } from "./normalization.js";
import { convolution, depthwiseConvolution } from "./windows.js";

/** TF.js joins a convolution, or a product of matrices, with what follows it. */
const fused =
  (main: EmitOp): EmitOp =>
  (b, [x, weights, ...rest], op) => {
    let y = main(b, [x!, weights!], op) as Symbolic;
    const given = [...rest];
    for (const name of op.strings("fused_ops")) {
      if (name === "BiasAdd") y = withBias(b, y, given.shift()!, op);
      else if (name === "FusedBatchNorm") y = batchNormOf(b, y, given.splice(0, 4), op.float("epsilon", 1e-4));
      else if (name === "Prelu") y = prelu(b, y, given.shift()!);
      else if (name === "LeakyRelu") y = leakyRelu(b, y, op.float("leakyrelu_alpha", 0.2));
      else if (name === "Relu6") y = relu6(b, y);
      else if (fusedUnary.has(name)) y = unary(b, name, y);
      else
        throw new XstarError(
          "unsupported-model",
          `Operation "${op.name}" is joined with ${name}, which is not supported`,
        );
    }
    return y;
  };

const fusedUnary = new Set(["Relu", "Elu", "Sigmoid", "Tanh"]);

function withBias(b: Builder, x: Symbolic, bias: Symbolic, op: Settings): Symbolic {
  return rankOf(x) < 3 ? binary(b, "Add", x, bias) : channelsLast(b, x, op, (moved) => binary(b, "Add", moved, bias));
}

/** Biases, and what is joined with them. */
export const fusions: OpRows = {
  BiasAdd: (b, [x, bias], op) => withBias(b, x!, bias!, op),
  _FusedConv2D: fused(convolution),
  FusedDepthwiseConv2dNative: fused(depthwiseConvolution),
  _FusedMatMul: fused(matrices),
};
