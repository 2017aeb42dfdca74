import { XstarError } from "../../errors.js";
import { sameShape, type Shape } from "../../tensor.js";
import type { Value } from "../graph.js";
import { broadcastShape, float, type Emitter } from "./emitter.js";

/** Attributes of a convolution, as in ONNX: `pads` has all begins, then all ends. */
export interface ConvAttributes {
  readonly strides?: readonly number[] | undefined;
  readonly pads?: readonly number[] | undefined;
  readonly dilations?: readonly number[] | undefined;
  readonly group?: number | undefined;
}

export interface PoolAttributes {
  readonly kernel: readonly number[];
  readonly strides?: readonly number[] | undefined;
  readonly pads?: readonly number[] | undefined;
  readonly dilations?: readonly number[] | undefined;
}

/** Matrix products, convolutions and pools (N, C, then spatial axes). */
export function linear(e: Emitter) {
  const pooled = (x: Value, { kernel, strides, pads, dilations }: PoolAttributes): number[] => [
    ...x.shape.slice(0, 2),
    ...kernel.map((k, i) =>
      windowCount(x.shape[i + 2]!, k, strides?.[i], pads?.[i], pads?.[i + kernel.length], dilations?.[i]),
    ),
  ];
  return {
    /** NumPy's matmul on values of rank 2 or more. */
    matMul: (a: Value, b: Value): Value => {
      if (a.rank < 2 || b.rank < 2 || a.shape.at(-1) !== b.shape.at(-2)) {
        throw new XstarError("bad-graph", `Cannot multiply matrices of shapes [${a.shape}] and [${b.shape}]`);
      }
      const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
      return e.one("MatMul", [a, b], a.dtype, [...batch, a.shape.at(-2)!, b.shape.at(-1)!]);
    },
    /** alpha * A' B' (+ beta * C) of matrices, A' and B' transposed on demand. */
    gemm: (
      a: Value,
      b: Value,
      options: { transA?: boolean; transB?: boolean; alpha?: number; beta?: number; c?: Value } = {},
    ): Value => {
      const { transA = false, transB = false, alpha = 1, beta = 1, c } = options;
      const shape = [a.shape[transA ? 1 : 0]!, b.shape[transB ? 0 : 1]!];
      return e.one("Gemm", c ? [a, b, c] : [a, b], a.dtype, shape, {
        transA: transA ? 1 : 0,
        transB: transB ? 1 : 0,
        alpha: float(alpha),
        beta: float(beta),
      });
    },
    einsum: (equation: string, inputs: readonly Value[], shape: Shape): Value =>
      e.one("Einsum", inputs, inputs[0]!.dtype, shape, { equation }),
    conv: (x: Value, w: Value, attributes: ConvAttributes = {}, bias?: Value): Value => {
      const kernel = w.shape.slice(2);
      const { strides, pads, dilations, group = 1 } = attributes;
      const spatial = kernel.map((k, i) =>
        windowCount(x.shape[i + 2]!, k, strides?.[i], pads?.[i], pads?.[i + kernel.length], dilations?.[i]),
      );
      if (spatial.some((dim) => dim <= 0)) {
        throw new XstarError("bad-graph", `A convolution of [${x.shape}] with [${w.shape}] leaves nothing`);
      }
      return e.one("Conv", bias ? [x, w, bias] : [x, w], x.dtype, [x.shape[0]!, w.shape[0]!, ...spatial], {
        kernel_shape: kernel,
        strides,
        pads,
        dilations,
        group,
      });
    },
    convTranspose: (
      x: Value,
      w: Value,
      attributes: ConvAttributes & { readonly outputPadding?: readonly number[] | undefined } = {},
      bias?: Value,
    ): Value => {
      const kernel = w.shape.slice(2);
      const { strides, pads, dilations, group = 1, outputPadding } = attributes;
      const spatial = kernel.map(
        (k, i) =>
          (x.shape[i + 2]! - 1) * (strides?.[i] ?? 1) +
          (k - 1) * (dilations?.[i] ?? 1) +
          1 +
          (outputPadding?.[i] ?? 0) -
          (pads?.[i] ?? 0) -
          (pads?.[i + kernel.length] ?? 0),
      );
      return e.one(
        "ConvTranspose",
        bias ? [x, w, bias] : [x, w],
        x.dtype,
        [x.shape[0]!, w.shape[1]! * group, ...spatial],
        {
          kernel_shape: kernel,
          strides,
          pads,
          dilations,
          group,
          output_padding: outputPadding,
        },
      );
    },
    maxPool: (x: Value, attributes: PoolAttributes): Value =>
      e.one("MaxPool", [x], x.dtype, pooled(x, attributes), poolAttributes(x, attributes)),
    /** Padding counts as zeros in the mean. */
    averagePool: (x: Value, attributes: PoolAttributes): Value =>
      e.one("AveragePool", [x], x.dtype, pooled(x, attributes), {
        ...poolAttributes(x, attributes),
        count_include_pad: 1,
      }),
    globalAveragePool: (x: Value): Value =>
      e.one("GlobalAveragePool", [x], x.dtype, [...x.shape.slice(0, 2), ...x.shape.slice(2).map(() => 1)]),
    /** To another height and width, bilinear: pixels are squares, and beyond the edge lies the nearest one. */
    resize: (x: Value, shape: Shape): Value => {
      if (sameShape(x.shape, shape)) return x;
      return e.one("Resize", [x, undefined, undefined, e.ints(shape)], x.dtype, shape, {
        mode: "linear",
        coordinate_transformation_mode: "half_pixel",
      });
    },
    /** Every element repeated `factors[i]` times along axis i. */
    repeat: (x: Value, factors: readonly number[]): Value => {
      if (factors.every((factor) => factor === 1)) return x;
      const shape = x.shape.map((dim, i) => dim * factors[i]!);
      return e.one("Resize", [x, undefined, undefined, e.ints(shape)], x.dtype, shape, {
        mode: "nearest",
        coordinate_transformation_mode: "asymmetric",
        nearest_mode: "floor",
      });
    },
  };
}

/** ONNX Runtime makes a Pad the padding of the pool behind it, and then fails where that is as wide as the kernel: not with "VALID". */
function poolAttributes({ node }: Value, { kernel, strides, pads, dilations }: PoolAttributes) {
  const padding = !pads && node?.opType === "Pad" ? { auto_pad: "VALID" } : { pads };
  return { kernel_shape: kernel, strides, ...padding, dilations };
}

/** How many windows of a kernel fit along one axis. */
export function windowCount(length: number, kernel: number, stride = 1, before = 0, after = 0, dilation = 1): number {
  return Math.floor((length + before + after - ((kernel - 1) * dilation + 1)) / stride) + 1;
}
