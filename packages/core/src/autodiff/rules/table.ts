import { allEntries, entriesFor, type SplitTable } from "../../families.js";
import type { Graph } from "../../ir/graph.js";
import { isLoose, type VjpRule, type VjpRules } from "../vjp.js";
import { activation } from "./activation.js";
import { convolution } from "./convolution.js";
import { matrix } from "./matrix.js";
import { pointwise } from "./pointwise.js";
import { pooling } from "./pooling.js";
import { reduction } from "./reduction.js";
import { shape } from "./shape.js";

/** Every vjp rule that xstar has, by operator: what nearly all networks need at once, the rest when a graph has it. */
export const ruleTable: SplitTable<VjpRule> = {
  common: { ...pointwise, ...activation, ...reduction, ...shape, ...matrix, ...convolution, ...pooling },
  families: [
    { names: ["Slice", "Pad"], load: async () => (await import("./slicing.js")).slicing },
    {
      names: ["Gather", "GatherElements", "GatherND", "ScatterElements", "ScatterND", "TopK", "Compress", "OneHot"],
      load: async () => (await import("./indexing.js")).indexing,
    },
    { names: ["Resize"], load: async () => (await import("./resize.js")).resizing },
    { names: ["GridSample", "AffineGrid"], load: async () => (await import("./grid-sample.js")).resampling },
    {
      names: ["ConvTranspose", "Col2Im"],
      load: async () => (await import("./transposed-convolution.js")).transposedConvolution,
    },
    { names: ["LpPool", "GlobalLpPool", "MaxUnpool"], load: async () => (await import("./lp-pooling.js")).lpPooling },
    {
      names: [
        "BatchNormalization",
        "LayerNormalization",
        "RMSNormalization",
        "SimplifiedLayerNormalization",
        "InstanceNormalization",
        "GroupNormalization",
        "MeanVarianceNormalization",
        "LpNormalization",
      ],
      load: async () => (await import("./normalization.js")).normalization,
    },
    { names: ["Einsum", "Det"], load: async () => (await import("./tensor-algebra.js")).tensorAlgebra },
    {
      names: [
        "QuantizeLinear",
        "DequantizeLinear",
        "DynamicQuantizeLinear",
        "com.microsoft::QuantizeLinear",
        "com.microsoft::DequantizeLinear",
      ],
      load: async () => (await import("./quantization.js")).quantization,
    },
    { names: ["DFT", "MelWeightMatrix"], load: async () => (await import("./spectral.js")).spectral },
    {
      names: [
        "ai.onnx.ml::Binarizer",
        "ai.onnx.ml::TreeEnsemble",
        "ai.onnx.ml::TreeEnsembleClassifier",
        "ai.onnx.ml::TreeEnsembleRegressor",
      ],
      load: async () => (await import("./classical.js")).classical,
    },
    { names: ["Scan"], load: async () => ({ Scan: (await import("./scan.js")).scan }) },
  ],
};

/** The rules for the operators of a graph and of its subgraphs, the `changed` ones before those that xstar has. */
export async function rulesFor(graph: Graph, changed: VjpRules = {}): Promise<VjpRules> {
  const operators = operatorsOf(graph);
  const rules = { ...(await entriesFor(ruleTable, operators)), ...changed };
  if (!graph.nodes.some(isLoose)) return rules;
  const { looseRules } = await import("../loose/rules.js");
  return { ...rules, ...looseRules(rules) };
}

function operatorsOf({ nodes }: Graph): string[] {
  return nodes.flatMap(({ qualifiedType, attributes }) => [
    qualifiedType,
    ...[...attributes.values()].flatMap((one) => (one.kind === "graph" ? operatorsOf(one.value) : [])),
  ]);
}

/** Every vjp rule that xstar has, by operator. */
export const allRules = (): Promise<VjpRules> => allEntries(ruleTable);
