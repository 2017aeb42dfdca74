import { XstarError } from "@xstar/core";
import type { Builder } from "../../build/builder.js";
import { rankOf, type Symbolic } from "../../build/symbolic.js";
import { conv, convTranspose, depthwise, pool, globalPool, type Padding } from "../../ops/windows.js";
import { dense } from "../../ops/dense.js";
import { binary, cast } from "../../ops/elementwise.js";
import { unsqueeze } from "../../ops/shapes.js";
import { finish } from "../activations.js";
import type { EmitLayer, Layer, LayerRow, LayerRows } from "../layer.js";

const spatialRank = (x: Symbolic) => rankOf(x) - 2;

/** The layer's windows on the spatial axes of its input. */
function windowOf(x: Symbolic, layer: Layer) {
  const count = spatialRank(x);
  const dilations = layer.numbers("dilation_rate", count, 1);
  const name = layer.string("padding", "valid").toLowerCase();
  const [kernel] = layer.config["kernel_size"] === undefined ? [1] : layer.numbers("kernel_size", count);
  const padding: Padding =
    name === "causal" ? [[(kernel! - 1) * dilations[0]!, 0]] : name === "same" ? "same" : "valid";
  return { strides: layer.numbers("strides", count, 1), dilations, padding };
}

const constantOf = (b: Builder, layer: Layer, name: string) => b.constant(layer.weight(name), name);

const biasOf = (b: Builder, layer: Layer) => (layer.flag("use_bias", true) ? constantOf(b, layer, "bias") : undefined);

const convolution: LayerRow = {
  weights: ["kernel", "bias"],
  emit: (b, [x], layer) => {
    const options = { ...windowOf(x!, layer), bias: biasOf(b, layer), groups: layer.number("groups", 1) };
    return finish(b, conv(b, x!, constantOf(b, layer, "kernel"), options), layer);
  },
};

const depthwiseConvolution: LayerRow = {
  weights: ["depthwise_kernel", "bias"],
  emit: (b, [x], layer) => {
    // Keras 3 names it as the file of an older one did not
    const kernel = layer.weightIfThere("depthwise_kernel") ?? layer.weight("kernel");
    const options = { ...windowOf(x!, layer), bias: biasOf(b, layer) };
    return finish(b, depthwise(b, x!, b.constant(kernel, "kernel"), options), layer);
  },
};

const separableConvolution: LayerRow = {
  weights: ["depthwise_kernel", "pointwise_kernel", "bias"],
  emit: (b, [x], layer) => {
    const byChannel = depthwise(b, x!, constantOf(b, layer, "depthwise_kernel"), windowOf(x!, layer));
    const mixed = conv(b, byChannel, constantOf(b, layer, "pointwise_kernel"), {
      padding: "valid",
      bias: biasOf(b, layer),
    });
    return finish(b, mixed, layer);
  },
};

/** The sizes that come out where output_padding says them; undefined where they are the usual ones. */
function paddedSizes(x: Symbolic, layer: Layer): number[] | undefined {
  if (layer.config["output_padding"] == null) return undefined;
  const count = spatialRank(x);
  const [added, sizes] = [layer.numbers("output_padding", count), layer.numbers("kernel_size", count)];
  const [strides, dilations] = [layer.numbers("strides", count, 1), layer.numbers("dilation_rate", count, 1)];
  return x.dims.slice(1, -1).map((size, i) => {
    if (size === undefined)
      throw new XstarError(
        "unsupported-model",
        `Layer "${layer.name}" (${layer.className}) has an output_padding over a free size, which is not supported`,
        { hint: "Save the model with its sizes in its input shape, or without output_padding" },
      );
    const width = (sizes[i]! - 1) * dilations[i]! + 1;
    const pads = layer.string("padding", "valid") === "same" ? 2 * Math.floor(width / 2) : 0;
    return (size - 1) * strides[i]! + width - pads + added[i]!;
  });
}

const transposedConvolution: LayerRow = {
  weights: ["kernel", "bias"],
  emit: (b, [x], layer) => {
    const options = { ...windowOf(x!, layer), bias: biasOf(b, layer), outputSizes: paddedSizes(x!, layer) };
    return finish(b, convTranspose(b, x!, constantOf(b, layer, "kernel"), options), layer);
  },
};

const pooling =
  (opType: "MaxPool" | "AveragePool"): EmitLayer =>
  (b, [x], layer) => {
    const count = spatialRank(x!);
    const size = layer.numbers(layer.config["pool_size"] === undefined ? "pool_length" : "pool_size", count, 2);
    const strides = layer.config["strides"] == null ? size : layer.numbers("strides", count);
    const padding = layer.string("padding", "valid") === "same" ? "same" : "valid";
    return pool(b, opType, x!, size, { strides, padding });
  };

const globalPooling =
  (opType: "GlobalMaxPool" | "GlobalAveragePool"): EmitLayer =>
  (b, [x], layer) =>
    globalPool(b, opType, x!, layer.flag("keepdims", false));

/** The mean of the steps that count. */
const averageOverTime: EmitLayer = (b, [x], layer) => {
  const { mask } = x!;
  if (!mask) return globalPool(b, "GlobalAveragePool", x!, layer.flag("keepdims", false));
  const counts = unsqueeze(b, cast(b, mask, "float32"), [2]);
  const keepdims = layer.flag("keepdims", false) ? 1 : 0;
  const sum = (one: Symbolic) => {
    const [batch, , width] = one.dims;
    const dims = keepdims ? [batch, 1, width] : [batch, width];
    return b.emit("ReduceSum", [one, b.ints([1])], { dims }, { keepdims });
  };
  return binary(b, "Div", sum(binary(b, "Mul", b.last(x!), counts)), sum(counts));
};

const densely: LayerRow = {
  weights: ["kernel", "bias"],
  emit: (b, [x], layer) => finish(b, dense(b, x!, constantOf(b, layer, "kernel"), biasOf(b, layer)), layer),
};

/** Layers that weigh windows or whole inputs. */
export const convolutions: LayerRows = {
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  DepthwiseConv1D: depthwiseConvolution,
  DepthwiseConv2D: depthwiseConvolution,
  SeparableConv1D: separableConvolution,
  SeparableConv2D: separableConvolution,
  Conv1DTranspose: transposedConvolution,
  Conv2DTranspose: transposedConvolution,
  Conv3DTranspose: transposedConvolution,
  MaxPooling1D: pooling("MaxPool"),
  MaxPooling2D: pooling("MaxPool"),
  MaxPooling3D: pooling("MaxPool"),
  AveragePooling1D: pooling("AveragePool"),
  AveragePooling2D: pooling("AveragePool"),
  AveragePooling3D: pooling("AveragePool"),
  GlobalMaxPooling1D: globalPooling("GlobalMaxPool"),
  GlobalMaxPooling2D: globalPooling("GlobalMaxPool"),
  GlobalMaxPooling3D: globalPooling("GlobalMaxPool"),
  GlobalAveragePooling1D: averageOverTime,
  GlobalAveragePooling2D: globalPooling("GlobalAveragePool"),
  GlobalAveragePooling3D: globalPooling("GlobalAveragePool"),
  Dense: densely,
};
