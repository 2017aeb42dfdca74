import { XstarError } from "../errors.js";
import { constantNumbers, type Graph, type Node } from "../ir/graph.js";

/** What operators divide by: ONNX Runtime does so without looking, and a zero ends the process. */
const divisors = [
  "group",
  "num_groups",
  "offset_group",
  "blocksize",
  "size",
  "kernel_shape",
  "strides",
  "dilations",
  "num_heads",
  "q_num_heads",
  "kv_num_heads",
  "hidden_size",
  "num_outputs",
];

/** The inputs that operators divide by in the same way. */
const dividingInputs: Readonly<Record<string, readonly number[]>> = { DFT: [1], STFT: [1, 3] };

/** Operators of any number of inputs: ONNX Runtime reads each of them without looking whether it is there. */
const variadic: ReadonlySet<string> = new Set(["Max", "Min", "Sum", "Mean", "Concat", "Einsum", "SequenceConstruct"]);

/** Throws `bad-model` for nodes by which ONNX Runtime would end the process. */
export function refuseImpossible(graph: Graph): void {
  for (const node of graph.nodes) {
    const described = `Node "${node.label}" (${node.qualifiedType})`;
    const left = variadic.has(node.qualifiedType) ? node.inputs.indexOf(undefined) : -1;
    if (left >= 0) throw new XstarError("bad-model", `${described} leaves out its input ${left}, which it needs`);
    for (const index of dividingInputs[node.qualifiedType] ?? []) {
      const [value] = constantNumbers(node.inputs[index]) ?? [];
      if (value !== undefined && value <= 0)
        throw new XstarError("bad-model", `${described} has ${value} as input ${index}, which must be positive`);
    }
    for (const [name, attribute] of node.attributes) {
      if (attribute.kind === "graph") refuseImpossible(attribute.value);
      const values = divisors.includes(name) ? numbersOf(node, name) : [];
      if (values.some((value) => value <= 0))
        throw new XstarError("bad-model", `${described} has ${name} [${values}], which must be positive`);
    }
  }
}

function numbersOf(node: Node, name: string): readonly number[] {
  const attribute = node.attributes.get(name);
  if (attribute?.kind === "int") return [attribute.value];
  return attribute?.kind === "ints" ? attribute.value : [];
}
