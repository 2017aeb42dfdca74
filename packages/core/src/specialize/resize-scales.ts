import { constantNumbers, constantValue, type Graph, type Node, type Value } from "../ir/graph.js";
import { appendChanged } from "../ir/inline.js";
import { positiveAxis } from "../ir/ops/index.js";
import { tensor, type Tensor } from "../tensor.js";

/**
 * A Resize or Upsample with sizes in the place of scales that were rounded down; undefined for others. 6 elements times the
 * float32 nearest to 10/6 are 10 when ONNX Runtime runs, but 9 when it infers shapes. Operator sets before 11 have no sizes,
 * and where another axis is resized by a scale that is no ratio of sizes they would change it: there the scale is raised by
 * one unit in the last place.
 */
export function settleScales(
  graph: Graph,
  node: Node,
  inputs: readonly (Value | undefined)[],
  opset: number,
): (Value | undefined)[] | undefined {
  const scaled = scalesOf(node);
  if (!scaled?.some(({ scale, length }) => gains(scale, length))) return undefined;
  const constant = (name: string, t: Tensor) => constantValue(graph.uniqueName(name), t);
  const sizes = scaled.map(({ scale, length }) => Math.floor(Math.fround(scale * length)));
  const areRatios = scaled.every(({ scale, length }, i) => Math.abs(sizes[i]! / length - scale) < 1e-6 * scale);
  if (opset >= 11 && areRatios) {
    const none = opset < 13 ? constant("scales", tensor("float32", [])) : undefined;
    return appendChanged(graph, node, [inputs[0], inputs[1], none, constant("sizes", tensor("int64", sizes))], {});
  }
  const raised = scaled.map(({ scale, length }) => (gains(scale, length) ? nextFloat(scale) : scale));
  return node.attributes.has("scales")
    ? appendChanged(graph, node, inputs, { scales: { kind: "floats", value: raised } })
    : appendChanged(
        graph,
        node,
        [...inputs.slice(0, opset < 11 ? 1 : 2), constant("scales", tensor("float32", raised))],
        {},
      );
}

interface Scaled {
  readonly scale: number;
  /** Elements of the input along the axis. */
  readonly length: number;
}

/** Whether a product is a whole number only once it is rounded to float32. */
function gains(scale: number, length: number): boolean {
  const exact = scale * length;
  return Math.floor(Math.fround(exact)) > exact;
}

/** The scales by which a node resizes, where they are known and decide the size. */
function scalesOf(node: Node): Scaled[] | undefined {
  if (node.qualifiedType !== "Resize" && node.qualifiedType !== "Upsample") return undefined;
  const x = node.inputs[0];
  const scales = node.floats("scales") ?? constantNumbers(node.inputs[node.inputs.length > 2 ? 2 : 1]);
  if (!x?.type || !scales || node.inputs[3]) return undefined;
  if (node.string("coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize") return undefined;
  const axes = node.ints("axes")?.map((axis) => positiveAxis(axis, x.rank)) ?? x.shape.map((_, i) => i);
  if (axes.length !== scales.length) return undefined;
  return scales.map((scale, i) => ({ scale, length: x.shape[axes[i]!]! }));
}

/** The next larger float32 of a positive one. */
function nextFloat(x: number): number {
  const bits = new Uint32Array(Float32Array.of(x).buffer);
  bits[0]!++;
  return new Float32Array(bits.buffer)[0]!;
}
