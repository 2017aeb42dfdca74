import type { Graph } from "../ir/graph.js";
import type { Rng } from "../rng.js";
import { size, tensor, type DType, type Shape, type Tensor } from "../tensor.js";

/** How an input of a case is made. Float inputs are differentiated unless they are held. */
export interface Sample {
  readonly shape: Shape;
  /** Constant inputs become initializers of the graph, the others are its inputs. */
  readonly role: "differentiated" | "fed" | "constant";
  /** Integer inputs have a type of their own; float inputs follow the precision that is tested, or are always float32. */
  readonly dtype: Exclude<DType, "string"> | "float";
  draw(rng: Rng): ArrayLike<number>;
}

export type CaseAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number | readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: Tensor }
  | { readonly graph: Graph };

/** One node to be checked against finite differences: inputs, attributes, and under which version of its operator set. */
export interface Case {
  readonly inputs: readonly (Sample | undefined)[];
  readonly attributes?: Readonly<Record<string, CaseAttribute>>;
  /** Version of the standard operator set; 20 when left out. */
  readonly opset?: number;
  /** Version of the operator's own set, for operators outside the standard domain; 1 when left out. */
  readonly ownOpset?: number;
  /** How many outputs the node has (1), or for each whether it is used. */
  readonly outputs?: number | readonly boolean[];
  /** Step of the finite differences in float32, where the kernel has no float64. */
  readonly step?: number;
  /** The node computes in float32 whatever its type is. */
  readonly single?: true;
  /** The node gives whole numbers: this DequantizeLinear after it makes floats of them, by the scale and zero point that the node was given or gives. */
  readonly dequantizedBy?: string;
  /** Two runs of the node differ. */
  readonly random?: true;
  /** What is expected in the place of the finite differences of a function that is not the integral of its rule. */
  readonly expects?: "zero" | "straight-through";
}

/** Cases by operator; operators outside the standard domain as `com.microsoft::FastGelu`. */
export type Cases = Readonly<Record<string, readonly Case[]>>;

/** Numbers from `low` to `high`, at least 0.05 away from every one of `avoid` (kinks and poles). */
export function uniform(low: number, high: number, shape: Shape, avoid: readonly number[] = []): Sample {
  const draw = (rng: Rng) =>
    Float32Array.from({ length: size(shape) }, () => {
      for (;;) {
        const x = low + (high - low) * rng.uniform();
        if (avoid.every((point) => Math.abs(x - point) > 0.05)) return x;
      }
    });
  return { shape, role: "differentiated", dtype: "float", draw };
}

/** Numbers that are all at least `gap` apart, in random order, centered at 0: no ties for pools, maxima and sorting. */
export function distinct(shape: Shape, gap = 0.1): Sample {
  const n = size(shape);
  const draw = (rng: Rng) => Float32Array.from(rng.permutation(n), (k) => (k - (n - 1) / 2 + 0.25) * gap);
  return { shape, role: "differentiated", dtype: "float", draw };
}

/** The same with zeros at some places. */
export const withZeros = (sample: Sample, places: readonly number[]): Sample => ({
  ...sample,
  draw: (rng) => Array.from(sample.draw(rng), (x, i) => (places.includes(i) ? 0 : x)),
});

/** An initializer of numbers of a type: `float` follows the precision that is tested. */
export function constant(
  values: readonly number[],
  shape: Shape = [values.length],
  dtype: Sample["dtype"] = "int64",
): Sample {
  return { shape, role: "constant", dtype, draw: () => values };
}

export const floats = (values: readonly number[], shape?: Shape) => constant(values, shape, "float");
export const scales = (values: readonly number[]) => constant(values, [values.length], "float32");

/** The same as an input of the graph: it may depend on the data. */
export const fed = (sample: Sample): Sample => ({ ...sample, role: "fed" });

/** The same, not differentiated. */
export const held = (sample: Sample): Sample => ({ ...sample, role: "constant" });

/** The sample as a tensor, its floats of the given precision. */
export function drawTensor(sample: Sample, rng: Rng, precision: "float32" | "float64"): Tensor {
  return tensor(sample.dtype === "float" ? precision : sample.dtype, sample.draw(rng), sample.shape);
}
