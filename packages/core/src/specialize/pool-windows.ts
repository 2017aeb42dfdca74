import { constantValue, type Graph, Node, Value } from "../ir/graph.js";
import { windowOf } from "../ir/window.js";
import { appendChanged } from "../ir/inline.js";
import { tensor, type Shape } from "../tensor.js";

const pools: ReadonlySet<string> = new Set(["MaxPool", "AveragePool", "LpPool"]);

/**
 * A pool of another shape than is inferred, written with explicit padding; undefined for others. With `ceil_mode` ONNX
 * Runtime counts windows outside of the input when it infers the shape and leaves them out when it runs.
 */
export function closePoolWindow(
  graph: Graph,
  node: Node,
  inputs: readonly (Value | undefined)[],
  inferred: Shape,
  opset: number,
): (Value | undefined)[] | undefined {
  const same = samePads(node);
  if (same) return appendChanged(graph, node, inputs, explicit(same));
  const pads = explicitPads(node, inferred);
  if (!pads) return undefined;
  const countsPads = node.opType === "AveragePool" && node.int("count_include_pad", 0) === 1;
  const counted = countsPads ? padded(graph, inputs[0]!, pads.asked, opset) : inputs[0]!;
  const rest = countsPads ? pads.closing.map((n, i) => n - Math.min(n, pads.asked[i]!)) : pads.closing;
  return appendChanged(graph, node, [counted], {
    ...explicit(rest),
    ...(countsPads && { count_include_pad: { kind: "int", value: 0 } }),
  });
}

const explicit = (pads: readonly number[]) =>
  ({
    ceil_mode: { kind: "int", value: 0 },
    auto_pad: { kind: "string", value: "NOTSET" },
    pads: { kind: "ints", value: pads },
  }) as const;

/** The padding of a pool whose `auto_pad` finds it. */
function samePads(node: Node): number[] | undefined {
  const kernel = node.ints("kernel_shape");
  if (!pools.has(node.qualifiedType) || !kernel || !node.string("auto_pad", "NOTSET").startsWith("SAME"))
    return undefined;
  const { before, after } = windowOf(node, kernel, node.inputs[0]!.shape.slice(2), node.outputs[0]!.shape.slice(2));
  return [...before, ...after];
}

/** Zeros around the spatial axes that count as elements. */
function padded(graph: Graph, x: Value, pads: readonly number[], opset: number): Value {
  const half = pads.length / 2;
  const all = [0, 0, ...pads.slice(0, half), 0, 0, ...pads.slice(half)];
  const y = new Value(graph.uniqueName(`${x.name}/padded`));
  if (opset < 11) graph.append(new Node("Pad", [x], [y], new Map([["pads", { kind: "ints", value: all }]])));
  else graph.append(new Node("Pad", [x, constantValue(graph.uniqueName(`${x.name}/pads`), tensor("int64", all))], [y]));
  return y;
}

/** The padding that a pool asks for, and that which gives it just its real windows; undefined when those are as inferred. */
function explicitPads(node: Node, shape: Shape): { asked: readonly number[]; closing: readonly number[] } | undefined {
  if (!pools.has(node.qualifiedType) || node.int("ceil_mode", 0) !== 1) return undefined;
  const input = node.inputs[0];
  const kernel = node.ints("kernel_shape");
  const auto = node.string("auto_pad", "NOTSET");
  if (!input?.type || !kernel) return undefined;
  const none = [...kernel, ...kernel].map(() => 0);
  const asked = auto === "VALID" ? none : (node.ints("pads") ?? none);
  const axes = kernel.map((k, i) => {
    const [length, inferred, before] = [input.shape[i + 2]!, shape[i + 2]!, asked[i]!];
    const stride = node.ints("strides")?.[i] ?? 1;
    const reach = (k - 1) * (node.ints("dilations")?.[i] ?? 1) + 1;
    const real = Math.min(inferred, Math.floor((length + before - 1) / stride) + 1);
    const after = Math.max(0, (real - 1) * stride + reach - length - before);
    return { isPhantom: real < inferred, after, fits: after < k };
  });
  if (!axes.some(({ isPhantom }) => isPhantom) || !axes.every(({ fits }) => fits)) return undefined;
  return { asked, closing: [...asked.slice(0, kernel.length), ...axes.map(({ after }) => after)] };
}
