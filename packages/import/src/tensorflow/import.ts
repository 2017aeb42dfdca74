import { prune, XstarError, type Tensor } from "@xstar/core";
import { Builder } from "../build/builder.js";
import { Cut, Cuts } from "../build/cut.js";
import { publish, written, type ImportedModel } from "../build/model.js";
import type { Dim } from "../build/symbolic.js";
import { guessSignature, type Port, type Signature, type TfGraph, type TfNode } from "./graph.js";
import type { Held } from "./op.js";
import { opRows } from "./ops/table.js";
import { commonWrapper } from "./names.js";
import { runGraph, type Building } from "./run.js";
import { TensorList } from "./tensor-list.js";
import { declaredType } from "./values.js";

/** A TensorFlow model, whichever file it came from. */
export interface TfModel {
  readonly graph: TfGraph;
  /** Guessed from the graph when left out. */
  readonly signature?: Signature | undefined;
  readonly producer: string;
  /** Numbers that lie beside the graph. */
  readonly weights?: ReadonlyMap<string, Tensor>;
  readonly variables?: ReadonlyMap<string, Tensor>;
}

/** Builds the ONNX of a TensorFlow graph. Throws `bad-model` and `unsupported-model`. */
export function importTensorflow({ graph, signature, producer, weights, variables }: TfModel): ImportedModel {
  const { inputs, outputs } = wholeSignature(graph, signature);
  const b = new Builder("graph");
  const cuts = new Cuts();
  const held: Held = {
    constant: (node) => weights?.get(node.name) ?? node.tensor("value"),
    variable: (name) => variables?.get(name),
  };
  const building: Building = {
    b,
    cuts,
    graph,
    held,
    rows: new Map(Object.entries(opRows)),
    rename: commonWrapper(weightyNames(graph)),
  };
  const given = new Map(
    inputs.map((port) => {
      const name = port.ref.replace(/:0$/, "");
      return [name, cuts.guard(name, [], () => inputOf(b, port, graph.nodes.get(name)))];
    }),
  );
  const results = runGraph(
    building,
    graph.nodes,
    given,
    outputs.map(({ ref }) => ref),
  );
  const found = results.map((one, i) => (one === undefined || one instanceof TensorList ? missing(outputs[i]!) : one));
  const isWhole = !found.some((one) => one instanceof Cut);
  publish(b, cuts.outputs(found, b.graph), isWhole ? outputs.map((port) => outputName(port, building)) : []);
  prune(b.graph);
  return written(b, { producer, cuts: cuts.list(), notes: [] });
}

/** A file may name its outputs alone, or nothing. */
function wholeSignature(graph: TfGraph, signature: Signature | undefined): Signature {
  const { inputs, outputs } = guessSignature(graph);
  if (!signature || signature.outputs.length === 0) return { inputs, outputs };
  return { inputs: signature.inputs.length > 0 ? signature.inputs : inputs, outputs: signature.outputs };
}

function missing({ name }: Port): never {
  throw new XstarError("unsupported-model", `Output "${name}" of the graph is never computed`);
}

/** The node's own name, or where it says nothing the one in the signature. */
function outputName({ name, ref }: Port, { rename }: Building): string | undefined {
  const node = rename(ref.replace(/:\d+$/, ""));
  if (!/^(Identity(_\d+)?|(Stateful)?PartitionedCall(_\d+)?)$/.test(node)) return node;
  return /^(output_\d+|Identity(_\d+)?(:\d+)?)$/.test(name) ? undefined : name;
}

function inputOf(b: Builder, { name, ref, dims }: Port, node: TfNode | undefined) {
  const shape = dims ?? node?.dims("shape");
  if (!shape || (shape.length === 0 && !dims)) {
    throw new XstarError("unsupported-model", `The file does not say the shape of input "${name}"`, {
      hint: "Export the model with a signature, or with a shape for its placeholder",
    });
  }
  const label = ref.replace(/:0$/, "").replace(/^serving_default_/, "");
  return b.input(label, shape as readonly Dim[], declaredType(node?.type("dtype") ?? 1));
}

/** Names of the operations that weigh, in functions too. */
function weightyNames({ nodes, functions }: TfGraph): string[] {
  const all = [nodes, ...[...functions.values()].map((one) => one.nodes)].flatMap((some) => [...some.values()]);
  return all.filter(({ op }) => /Conv|MatMul/.test(op)).map(({ name }) => name);
}
