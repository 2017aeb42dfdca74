import { XstarError } from "../errors.js";
import {
  Kind,
  nodeProto,
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
} from "./schema.js";
import { Names } from "../ir/names.js";

/** More nodes than any network has: functions that call functions can multiply without end. */
const mostNodes = 100_000;

/** Deeper than any exporter nests functions. */
const deepest = 100;

/** How a name or an attribute of a function's body is written at the place of the call. */
interface Call {
  readonly prefix: string;
  readonly names: ReadonlyMap<string, string>;
  readonly attributes: ReadonlyMap<string, AttributeProto>;
}

/** The model's graph with every call of a model-local function replaced by the nodes of its body, and its operator sets. */
export interface Inlined {
  readonly graph: GraphProto;
  readonly opsets: ReadonlyMap<string, number>;
}

/**
 * Puts the bodies of model-local functions in the place of their calls, in functions and subgraphs too. Nodes and values
 * that come from a body are named after the call: `CALL/NAME`.
 *
 * Throws `bad-model` for a function that calls itself, `unsupported-model` for one of another operator set version than
 * the model's.
 */
export function inlineFunctions(proto: ModelProto, graph: GraphProto): Inlined {
  const opsets = new Map(proto.opsetImport.map(({ domain, version }) => [domainOf(domain), Number(version)]));
  if (proto.functions.length === 0) return { graph, opsets };
  const functions = new Map(proto.functions.map((one) => [keyOf(one.domain, one.name, one.overload), one]));
  for (const one of proto.functions) mergeOpsets(opsets, one, functions);
  const taken = new Names();
  gatherNames(graph, taken);
  let count = 0;

  const expand = (node: NodeProto, stack: readonly string[]): NodeProto[] => {
    const key = keyOf(node.domain, node.opType, node.overload);
    const called = functions.get(key);
    if (++count > mostNodes || stack.length > deepest) {
      const limit =
        stack.length > deepest ? `are nested more than ${deepest} deep` : `stand for more than ${mostNodes} nodes`;
      throw new XstarError("unsupported-model", `The model's functions ${limit}`);
    }
    if (!called) {
      if (node.overload)
        throw new XstarError(
          "bad-model",
          `Node "${labelOf(node)}" calls function ${key}, which the model does not hold`,
        );
      return [change(node, { attribute: node.attribute.map((attribute) => inSubgraphs(attribute, stack)) })];
    }
    if (stack.includes(key)) {
      throw new XstarError(
        "bad-model",
        `Function ${key} calls itself (${[...stack.slice(stack.indexOf(key)), key].join(" -> ")}), at node "${labelOf(node)}"`,
      );
    }
    return expandCall(node, called).flatMap((inner) => expand(inner, [...stack, key]));
  };

  const expandGraph = (inner: GraphProto, stack: readonly string[]): GraphProto =>
    change(inner, {
      node: inner.node.flatMap((node) => expand(node, stack)),
    });

  const inSubgraphs = (attribute: AttributeProto, stack: readonly string[]): AttributeProto => {
    if (attribute.g) return change(attribute, { g: expandGraph(attribute.g, stack) });
    if (attribute.graphs.length === 0) return attribute;
    return change(attribute, { graphs: attribute.graphs.map((one) => expandGraph(one, stack)) });
  };

  /** The body's nodes under names of the call. */
  const expandCall = (node: NodeProto, called: FunctionProto): NodeProto[] => {
    const prefix = `${labelOf(node)}/`;
    checkCall(node, called);
    const names = new Map(called.input.map((name, i) => [name, node.input[i] ?? ""]));
    const produced = new Set(called.node.flatMap(({ output }) => output).filter(Boolean));
    const copies: NodeProto[] = [];
    called.output.forEach((name, i) => {
      const wanted = node.output[i] ?? "";
      if (wanted === "") return;
      if (produced.has(name) && !names.has(name)) names.set(name, wanted);
      else copies.push(nodeProto.make({ opType: "Identity", input: [names.get(name) ?? name], output: [wanted] }));
    });
    for (const name of produced) if (!names.has(name)) names.set(name, taken.take(prefix + name));
    const defaults = called.attributeProto.map((attribute) => [attribute.name, attribute] as const);
    const given = node.attribute.map((attribute) => [attribute.name, attribute] as const);
    const call: Call = { prefix, names, attributes: new Map([...defaults, ...given]) };
    return [...called.node.map((inner) => rewriteNode(inner, call)), ...copies];
  };

  const rewriteNode = (node: NodeProto, call: Call): NodeProto =>
    change(node, {
      name: call.prefix + (node.name || node.output[0] || node.opType),
      input: node.input.map((name) => renamed(name, call)),
      output: node.output.map((name) => renamed(name, call)),
      attribute: node.attribute.flatMap((attribute) => rewriteAttribute(attribute, call)),
    });

  const rewriteAttribute = (attribute: AttributeProto, call: Call): AttributeProto[] => {
    if (attribute.refAttrName) {
      // an attribute that neither the call nor the function gives is left out, as the operator's own default
      const given = call.attributes.get(attribute.refAttrName);
      return given ? [change(given, { name: attribute.name })] : [];
    }
    if (!attribute.g) return [attribute];
    return [change(attribute, { type: Kind.GRAPH, g: rewriteGraph(attribute.g, call) })];
  };

  /** A subgraph sees the names of the body around it; its own get names that nothing else has. */
  const rewriteGraph = (inner: GraphProto, outer: Call): GraphProto => {
    const own = [
      ...[...inner.input, ...inner.initializer].map(({ name }) => name),
      ...inner.node.flatMap(({ output }) => output),
    ].filter(Boolean);
    const names = new Map(outer.names);
    for (const name of new Set(own)) names.set(name, taken.take(outer.prefix + name));
    const call = { ...outer, names };
    return change(inner, {
      input: inner.input.map((one) => change(one, { name: renamed(one.name, call) })),
      output: inner.output.map((one) => change(one, { name: renamed(one.name, call) })),
      initializer: inner.initializer.map((one) => change(one, { name: renamed(one.name, call) })),
      valueInfo: [],
      node: inner.node.map((one) => rewriteNode(one, call)),
    });
  };

  return { graph: expandGraph(graph, []), opsets };
}

/** A message with some fields changed; its defaults are on its prototype. */
const change = <T extends object>(message: T, fields: Partial<T>): T =>
  Object.assign(Object.create(Object.getPrototypeOf(message) as object) as T, message, fields);

const renamed = (name: string, { names, prefix }: Call) => (name === "" ? "" : (names.get(name) ?? prefix + name));

const domainOf = (domain: string) => (domain === "ai.onnx" ? "" : domain);

function keyOf(domain: string, name: string, overload: string): string {
  return `${domainOf(domain) || "ai.onnx"}::${name}${overload && `:${overload}`}`;
}

const labelOf = (node: NodeProto) => node.name || node.output.find(Boolean) || node.opType;

function checkCall(node: NodeProto, { input, output, attribute }: FunctionProto): void {
  const key = keyOf(node.domain, node.opType, node.overload);
  const problem =
    node.input.length > input.length
      ? `${node.input.length} inputs, but it has ${input.length}`
      : node.output.length > output.length
        ? `${node.output.length} outputs, but it has ${output.length}`
        : undefined;
  if (problem) throw new XstarError("bad-model", `Node "${labelOf(node)}" calls function ${key} with ${problem}`);
  const missing = attribute.find((name) => !node.attribute.some((given) => given.name === name));
  if (missing === undefined) return;
  throw new XstarError("bad-model", `Node "${labelOf(node)}" calls function ${key} without its attribute "${missing}"`);
}

/** A function's operators are read as those of the model, so their versions must be the same. */
function mergeOpsets(
  opsets: Map<string, number>,
  { domain, name, overload, opsetImport }: FunctionProto,
  functions: ReadonlyMap<string, FunctionProto>,
): void {
  const own = new Set([...functions.values()].map((one) => domainOf(one.domain)).filter(Boolean));
  for (const { domain: imported, version } of opsetImport) {
    const key = domainOf(imported);
    const known = opsets.get(key);
    if (known === undefined) opsets.set(key, Number(version));
    else if (known !== Number(version) && !own.has(key)) {
      throw new XstarError(
        "unsupported-model",
        `Function ${keyOf(domain, name, overload)} uses version ${version} of the operators of "${key || "ai.onnx"}" and the model version ${known}, which xstar cannot read together`,
        { hint: "Convert the model to one version, for example with onnx.version_converter" },
      );
    }
  }
}

function gatherNames(graph: GraphProto, names: Names): void {
  for (const { name } of [...graph.input, ...graph.initializer]) names.add(name);
  for (const node of graph.node) {
    for (const name of node.output) names.add(name);
    for (const { g, graphs } of node.attribute) for (const one of g ? [g, ...graphs] : graphs) gatherNames(one, names);
  }
}
