import { XstarError, type Tensor } from "@xstar/core";
import { Builder } from "../build/builder.js";
import { Cut, Cuts } from "../build/cut.js";
import { publish, written, type ImportedModel } from "../build/model.js";
import { withWhileLoops } from "./frames.js";
import { guessSignature, type Port, type Signature, type TfGraph, type TfNode } from "./graph.js";
import type { Held } from "./op.js";
import { opRows } from "./ops/table.js";
import { commonWrapper } from "./names.js";
import { runGraph, type Building } from "./run.js";
import { TensorList } from "./tensor-list.js";
import { settingOf } from "./settings.js";
import type { Value } from "./loops.js";
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
export function importTensorflow(
  { graph: read, signature, producer, weights, variables }: TfModel,
  labels?: readonly string[],
): ImportedModel {
  const { inputs, outputs } = wholeSignature(read, signature);
  const graph = withWhileLoops(read);
  const b = new Builder("graph");
  const cuts = new Cuts();
  const notes: string[] = [];
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
      return [name, cuts.guard(name, [], () => inputOf(building, port, graph.nodes.get(name), notes))];
    }),
  );
  const results = runGraph(
    building,
    graph.nodes,
    given,
    outputs.map(({ ref }) => ref),
  );
  const isNothing = (one: Value) => one === undefined || one instanceof TensorList;
  // of outputs that are guessed some are never computed
  const isSaid = signature !== undefined && signature.outputs.length > 0;
  const kept = isSaid ? outputs : outputs.filter((_, i) => !isNothing(results[i]));
  const found = results.flatMap((one, i) => {
    if (one === undefined || one instanceof TensorList) return isSaid ? missing(outputs[i]!) : [];
    return one;
  });
  const isWhole = !found.some((one) => one instanceof Cut);
  publish(b, cuts.outputs(found, b.graph), isWhole ? kept.map((port) => outputName(port, building)) : []);
  return written(b, { producer, labels, cuts: cuts.list(), notes });
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

function inputOf({ b, graph }: Building, { name, ref, dims }: Port, node: TfNode | undefined, notes: string[]) {
  const label = ref.replace(/:0$/, "").replace(/^serving_default_/, "");
  const type = declaredType(node?.type("dtype") ?? 1);
  const shape = dims ?? node?.dims("shape");
  const isOpen = !shape || (shape.length === 0 && !dims);
  const setting =
    node && (isOpen || (type === "bool" && shape.length === 0)) && settingOf(b, graph, node, label, notes);
  if (setting) return setting;
  if (!isOpen) return b.input(label, shape, type);
  throw new XstarError("unsupported-model", `The file does not say the shape of input "${name}"`, {
    hint: "Export the model with a signature, or with a shape for its placeholder",
  });
}

/** Names of the operations that weigh, in functions too. */
function weightyNames({ nodes, functions }: TfGraph): string[] {
  const all = [nodes, ...[...functions.values()].map((one) => one.nodes)].flatMap((some) => [...some.values()]);
  return all.filter(({ op }) => /Conv|MatMul/.test(op)).map(({ name }) => name);
}
