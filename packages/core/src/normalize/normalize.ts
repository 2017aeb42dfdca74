import { entriesFor } from "../families.js";
import { Graph, type Node, type Value } from "../ir/graph.js";
import { inline } from "../ir/inline.js";
import { createOps, type Ops } from "../ir/ops/index.js";
import { isTraining } from "./batch-normalization.js";
import { rewriteTable, upgradeTable } from "./table.js";

/** The oldest version of the standard operator set that normalized graphs use: xstar's own operators need it. */
export const canonicalOpset = 20;

export interface Normalized {
  readonly graph: Graph;
  /** Version of the standard operator set: the model's own, or `canonicalOpset` when that is older. */
  readonly opset: number;
  /** What the values of the source graph became, by name. */
  readonly values: ReadonlyMap<string, Value>;
}

/**
 * Brings a typed graph to the one form that the vjp rules are written for: a recent operator set, BatchNormalization
 * folded into the convolution before it (its backward pass is then one convolution too). The result computes the same.
 */
export async function normalize(source: Graph, opset: number): Promise<Normalized> {
  const types = source.nodes.map(({ qualifiedType }) => qualifiedType);
  const rewrites = await entriesFor(rewriteTable, types);
  const upgrades = opset < canonicalOpset ? await entriesFor(upgradeTable, types) : {};
  const padded = types.some((type) => type.endsWith("Pad")) ? await import("./pad-before-pool.js") : undefined;
  const loose = source.nodes.some(isLoose) ? await import("./loose-nodes.js") : undefined;
  const graph = new Graph(source.name);
  const op = createOps(graph, "cpu", "normalized");
  const bindings = new Map(source.inputs.map((input) => [input, graph.input(input.name, input.type)]));
  const readers = countReaders(source);
  const map = inline(graph, source, bindings, [...source.values()], {
    rewrite(node, inputs, resolve) {
      if (isLoose(node)) return loose!.renewLoose(graph, node, inputs, opset);
      const folded = node.qualifiedType === "BatchNormalization" && foldIntoConv(node, readers, resolve, op);
      if (folded) return folded;
      const apart = padded?.keepPadApart(graph, node, inputs);
      if (apart) return apart;
      const older = node.domain === "" && upgrades[node.opType]?.find(({ below }) => opset < below);
      const rewrite = older ? older.rewrite : rewrites[node.qualifiedType];
      return rewrite?.(node, inputs as readonly Value[], op);
    },
  });
  const framed = loose?.frames(op) ?? ((value: Value) => value);
  for (const output of source.outputs) graph.output(framed(map.get(output) ?? output));
  const values = new Map([...map].map(([value, became]) => [value.name, framed(became)]));
  return { graph, opset: Math.max(opset, canonicalOpset), values };
}

/** Whether the shape of something that it reads or gives is not known before the model runs. */
const isLoose = ({ inputs, outputs }: Node) => [...inputs, ...outputs].some((value) => value && !value.type);

function countReaders(graph: Graph): Map<Value, number> {
  const readers = new Map<Value, number>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) if (input) readers.set(input, (readers.get(input) ?? 0) + 1);
  }
  return readers;
}

/** BN(conv(x, w) + b) = conv(x, w k) + (b - mean) k + bias with k = scale / sqrt(variance + epsilon). */
function foldIntoConv(
  node: Node,
  readers: ReadonlyMap<Value, number>,
  resolve: (value: Value) => Value,
  op: Ops,
): readonly Value[] | undefined {
  const [input, ...parameters] = node.inputs as Value[];
  const conv = input!.node;
  if (conv?.opType !== "Conv" || conv.domain !== "" || readers.get(input!) !== 1) return undefined;
  const [weight, bias] = [conv.inputs[1]!, conv.inputs[2]];
  const [scale, shift, mean, variance] = parameters as [Value, Value, Value, Value];
  const constants = [weight, ...(bias ? [bias] : []), ...parameters];
  if (!constants.every((value) => value.constant && value.dtype === weight.dtype)) return undefined;
  // before opset 9 there could be statistics of every element, since 14 there is a mode for training
  if (scale.rank !== 1 || isTraining(node)) return undefined;
  const k = op.div(scale, op.sqrt(op.add(variance, node.float("epsilon", 1e-5))));
  const scaled = op.mul(weight, op.reshape(k, [k.shape[0]!, ...weight.shape.slice(1).map(() => 1)]));
  const moved = op.add(op.mul(bias ? op.sub(bias, mean) : op.neg(mean), k), shift);
  const type = node.outputs[0]!.type!;
  return [op.repeatNode(conv, [resolve(conv.inputs[0]!), scaled, moved], [type])[0]!];
}
