import { XstarError, type Tensor } from "@xstar/core";
import type { Message } from "../formats/protobuf.js";
import { readDims, readTensor, textIn, typeNumber } from "./values.js";
import type { Dim } from "../build/symbolic.js";

/** One operation of a graph, from a protocol buffer or from TF.js's JSON, which write the same fields. */
export class TfNode {
  readonly name: string;
  readonly op: string;
  /** Without those that only say what runs before what: `node`, `node:1` or, in functions, `node:output:0`. */
  readonly inputs: readonly string[];
  private readonly attributes: ReadonlyMap<string, Message>;

  constructor({ name, op, input = [], attr = {} }: Message) {
    this.name = String(name);
    this.op = String(op);
    this.inputs = (input as readonly string[]).filter((one) => !one.startsWith("^"));
    this.attributes = attr instanceof Map ? attr : new Map(Object.entries(attr as Record<string, Message>));
  }

  has(key: string): boolean {
    return this.attributes.has(key);
  }

  int(key: string, fallback: number): number {
    return Number(this.attributes.get(key)?.["i"] ?? fallback);
  }

  float(key: string, fallback: number): number {
    return Number(this.attributes.get(key)?.["f"] ?? fallback);
  }

  flag(key: string): boolean {
    return Boolean(this.attributes.get(key)?.["b"] ?? false);
  }

  string(key: string, fallback: string): string {
    const value = this.attributes.get(key)?.["s"];
    return value === undefined ? fallback : textIn(value);
  }

  ints(key: string): number[] {
    return this.list(key, "i").map(Number);
  }

  strings(key: string): string[] {
    return this.list(key, "s").map(textIn);
  }

  private list(key: string, kind: string): readonly unknown[] {
    return (
      ((this.attributes.get(key)?.["list"] as Message | undefined)?.[kind] as readonly unknown[] | undefined) ?? []
    );
  }

  /** The number of an element type; 0 where the file does not say. */
  type(key: string): number {
    return typeNumber(this.attributes.get(key)?.["type"]);
  }

  /** undefined where the rank is not known. */
  dims(key: string): readonly Dim[] | undefined {
    return readDims(this.attributes.get(key)?.["shape"] as Message | undefined);
  }

  /** A constant; undefined for one that holds text. */
  tensor(key: string): Tensor | undefined {
    return readTensor(this.attributes.get(key)?.["tensor"] as Message | undefined, this.name);
  }

  /** The strings of a constant that holds text. */
  texts(key: string): string[] {
    const held = this.attributes.get(key)?.["tensor"] as Message | undefined;
    return ((held?.["stringVal"] as readonly unknown[] | undefined) ?? []).map(textIn);
  }

  /** The name of a function. */
  function(key: string): string | undefined {
    return (this.attributes.get(key)?.["func"] as Message | undefined)?.["name"] as string | undefined;
  }
}

export interface TfFunction {
  readonly inputs: readonly string[];
  /** What its results are called inside. */
  readonly outputs: readonly string[];
  readonly nodes: ReadonlyMap<string, TfNode>;
}

export interface TfGraph {
  readonly nodes: ReadonlyMap<string, TfNode>;
  readonly functions: ReadonlyMap<string, TfFunction>;
}

/** A value of the graph that a file names as an input or an output. */
export interface Port {
  readonly name: string;
  readonly ref: string;
  readonly dims?: readonly Dim[] | undefined;
}

export interface Signature {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

export function readGraph(graph: Message): TfGraph {
  const { function: described = [] } = (graph["library"] ?? {}) as { function?: readonly Message[] };
  return { nodes: nodesByName(graph["node"]), functions: new Map(described.map(readFunction)) };
}

function nodesByName(list: unknown): Map<string, TfNode> {
  const nodes = ((list ?? []) as readonly Message[]).map((one) => new TfNode(one));
  if (nodes.length === 0) throw new XstarError("bad-model", "The graph holds no operations");
  return new Map(nodes.map((node) => [node.name, node]));
}

function readFunction({ signature, nodeDef, ret }: Message): [string, TfFunction] {
  const { name, inputArg = [], outputArg = [] } = signature as Record<string, readonly Message[] | string>;
  const names = (list: unknown) => (list as readonly Message[]).map((one) => String(one["name"]));
  const results = ret instanceof Map ? ret : new Map(Object.entries((ret ?? {}) as Record<string, string>));
  const nodes = nodeDef === undefined ? new Map<string, TfNode>() : nodesByName(nodeDef);
  return [
    String(name),
    { inputs: names(inputArg), outputs: names(outputArg).map((one) => String(results.get(one))), nodes },
  ];
}

/** What a signature of a file says. */
export function readSignature(signature: unknown): Signature {
  const { inputs, outputs } = (signature ?? {}) as Record<string, unknown>;
  return { inputs: portsOf(inputs), outputs: portsOf(outputs) };
}

function portsOf(infos: unknown): Port[] {
  const entries =
    infos instanceof Map
      ? [...(infos as Map<string, Message>)]
      : Object.entries((infos ?? {}) as Record<string, Message>);
  return entries
    .filter(([, { name }]) => typeof name === "string")
    .map(([name, info]) => ({
      name: name.replace(/:0$/, ""),
      ref: String(info["name"]),
      dims: readDims(info["tensorShape"] as Message | undefined),
    }));
}

/** Operations that no network computes with. */
const aside =
  /^(Const|NoOp|Assert|Placeholder.*|VarHandleOp|Variable(V2)?|Assign.*|.*Save.*|.*Restore.*|MergeV2Checkpoints|Enter|Exit|Switch|NextIteration|LoopCond|TensorArray(Close)?V3|.*Summary|ShardedFilename)$/;

/** Without a signature the placeholders are the inputs, and what nothing reads are the outputs. */
export function guessSignature({ nodes }: TfGraph): Signature {
  const read = new Set([...nodes.values()].flatMap(({ inputs }) => inputs.map((one) => one.replace(/:\d+$/, ""))));
  const inputs = [...nodes.values()].filter(({ op }) => op === "Placeholder");
  const outputs = [...nodes.values()].filter(({ name, op }) => !read.has(name) && !aside.test(op));
  const port = ({ name }: TfNode): Port => ({ name, ref: name });
  return { inputs: inputs.map(port), outputs: outputs.map(port) };
}
