import type { Graph, Node, Value } from "../ir/graph.js";
import { valuesRead } from "../ir/inline.js";
import { dtypeNumbers, floatTypes, type DType } from "../tensor.js";
import type { DeclaredInput } from "./model.js";

const wholeTypes: ReadonlySet<DType> = new Set<DType>(["uint8", "int8", "uint16", "int16", "int32"]);

/** Operators that only lay elements out anew, or take some of them. */
const layouts: ReadonlySet<string> = new Set([
  "Transpose",
  "Reshape",
  "Squeeze",
  "Unsqueeze",
  "Flatten",
  "Identity",
  "Slice",
]);

/**
 * Inputs of whole numbers that the model only makes floats of (pictures of uint8) become inputs of float32, so that they have
 * gradients: what is a number of levels for the file may lie between two of them here.
 */
export function takeWholeInputsAsFloats(graph: Graph, inputs: readonly DeclaredInput[]): DeclaredInput[] {
  return inputs.map((input, i) => {
    const value = graph.inputs[i]!;
    if (!wholeTypes.has(input.dtype) || !becomesFloat(graph, value)) return input;
    if (value.type) value.type = { ...value.type, dtype: "float32" };
    return { ...input, dtype: "float32", whole: input.dtype };
  });
}

function becomesFloat(graph: Graph, value: Value): boolean {
  if (graph.outputs.includes(value)) return false;
  const readers = graph.nodes.filter((node) => valuesRead(node).includes(value));
  return (
    readers.length > 0 &&
    readers.every((node) => {
      if (node.domain !== "" || valuesRead(node).filter((read) => read === value).length > 1) return false;
      if (node.inputs[0] !== value) return false;
      if (node.opType === "Cast") return isToFloat(node);
      return layouts.has(node.opType) && becomesFloat(graph, node.outputs[0]!);
    })
  );
}

const floatNumbers = [...floatTypes].map((dtype) => dtypeNumbers[dtype]);

const isToFloat = (node: Node) => floatNumbers.includes(node.int("to", 0));
