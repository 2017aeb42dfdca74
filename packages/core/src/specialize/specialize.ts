import { XstarError } from "../errors.js";
import { constantValue, Graph, type Node, type Value } from "../ir/graph.js";
import { inline } from "../ir/inline.js";
import type { Model } from "../onnx/model.js";
import type { Runtime } from "../runtime/runtime.js";
import { sameShape, size, type Shape, type Tensor } from "../tensor.js";
import { countAxesFromFront } from "./old-axes.js";
import { pinShapes } from "./pin-shapes.js";
import { adoptTypes, inferTypes, runForShapes, type Host } from "./probe.js";
import { refuseImpossible } from "./refuse-impossible.js";
import { writeSamePads } from "./same-pads.js";
import type { WeightFiles } from "../onnx/weights.js";

/** Inputs of more elements are taken for a mistake, not allocated. */
const largestInput = 2 ** 27;

/** The domains of ONNX Runtime's own operators; `com.microsoft` also stands for what begins with it. */
const ownDomains =
  /^(|ai\.onnx\.ml|ai\.onnx\.(preview\.)?training|com\.microsoft(\..*)?|com\.ms\..*|org\.pytorch\.aten)$/;

/** The nodes of operators that ONNX Runtime does not have, and that the model does not define as functions. */
export function foreignNodes(graph: Graph): Node[] {
  return graph.nodes.flatMap((node) => {
    const inner = [...node.attributes.values()].flatMap((one) => (one.kind === "graph" ? foreignNodes(one.value) : []));
    return ownDomains.test(node.domain) ? inner : [node, ...inner];
  });
}

function refuseForeign(graph: Graph): void {
  const nodes = foreignNodes(graph);
  if (nodes.length === 0) return;
  const types = [...new Set(nodes.map((node) => node.qualifiedType))];
  const shown = nodes.slice(0, 5).map((node) => `"${node.label}" (${node.qualifiedType})`);
  const more = nodes.length > shown.length ? ` and ${nodes.length - shown.length} more` : "";
  throw new XstarError(
    "unsupported-model",
    `ONNX Runtime has no operator ${types.join(", ")}, which the model uses at node ${shown.join(", ")}${more}`,
    {
      hint: "Export the model with these operators as functions (FunctionProto) or as standard operators",
      details: { nodes: nodes.map((node) => ({ node: node.label, domain: node.domain, opType: node.opType })) },
    },
  );
}

/**
 * The model's graph for inputs of the given shapes: every value with the type and static shape that ONNX Runtime computes,
 * and everything that depends on shapes, or on the inputs that are `given`, replaced by constants. Values whose shape
 * depends on the elements of other inputs have no type.
 *
 * Throws `unsupported-model` when ONNX Runtime cannot run the model at these shapes.
 */
export async function specialize(
  model: Model,
  shapes: ReadonlyMap<string, Shape>,
  runtime: Runtime,
  files: WeightFiles,
  given: ReadonlyMap<string, Tensor> = new Map(),
): Promise<Graph> {
  refuseForeign(model.graph);
  refuseImpossible(model.graph);
  const graph = new Graph(model.graph.name);
  const bindings = new Map<Value, Value>();
  model.inputs.forEach(({ name, dtype }, i) => {
    const held = given.get(name);
    const shape = held?.shape ?? shapes.get(name);
    if (!shape)
      throw new XstarError("bad-argument", `The shape of input "${name}" is missing`, {
        hint: `Give it as shapes: new Map([["${name}", [...]]])`,
      });
    if (!shape.every((dim) => Number.isInteger(dim) && dim >= 0)) {
      throw new XstarError("bad-argument", `Input "${name}" cannot have the shape [${shape}]`, {
        hint: "Give whole numbers, none below 0",
      });
    }
    if (size(shape) > largestInput) {
      throw new XstarError("bad-argument", `Input "${name}" of shape [${shape}] is too large`, {
        hint: `It would have ${size(shape)} elements, and ${largestInput} is the most`,
      });
    }
    bindings.set(
      model.graph.inputs[i]!,
      held ? constantValue(graph.uniqueName(name), held) : graph.input(name, { dtype, shape }),
    );
  });
  const map = inline(graph, model.graph, bindings, [...model.graph.values()]);
  for (const output of model.graph.outputs) graph.output(map.get(output) ?? output);
  const opset = model.opsets.get("") ?? 0;
  return settle(graph, opset, { model, runtime, files });
}

/** Types and simplifies a graph until nothing is left to do. */
async function settle(source: Graph, opset: number, host: Host): Promise<Graph> {
  let graph = source;
  for (;;) {
    const inferred = await inferTypes(graph, host);
    for (const { outputs } of graph.nodes)
      for (const output of outputs) if (output) Object.assign(output, { type: undefined, loose: undefined });
    adoptTypes(graph, inferred);
    // of these ONNX Runtime says the shape, but does not run all
    const padded = writeSamePads(graph);
    if (padded) {
      graph = padded;
      continue;
    }
    const known = await runForShapes(graph, inferred, host);
    if (known.size > 0) graph = fold(graph, known);
    const next = await simpler(graph, opset);
    if (!next) return join(await pinShapes(graph, opset, host, known.size > 0 ? undefined : inferred), opset, host);
    graph = next;
  }
}

const holds = (graph: Graph, operators: RegExp) =>
  graph.nodes.some(({ qualifiedType }) => operators.test(qualifiedType));

async function simpler(graph: Graph, opset: number): Promise<Graph | undefined> {
  const written = holds(graph, /^(If|Loop|Scan)$|Sequence/)
    ? (await import("./control-flow.js")).writeOutControlFlow(graph, opset)
    : undefined;
  return written ?? countAxesFromFront(graph, opset);
}

/** Joins the branches of an `If` where both can be run and give the same shapes. */
async function join(graph: Graph, opset: number, host: Host): Promise<Graph> {
  const joined = holds(graph, /^If$/) ? (await import("./branches.js")).joinComputedBranches(graph, opset) : undefined;
  if (!joined) return graph;
  const settled = await settle(joined, opset, host).catch((error: unknown) => {
    if (XstarError.is(error) && error.code === "unsupported-model") return undefined;
    throw error;
  });
  if (!settled) return graph;
  const results = new Map([...settled.values()].map((value) => [value.name, value]));
  const isSame = ({ name, type }: Value) => !type || sameShape(type.shape, results.get(name)?.type?.shape ?? [-1]);
  return [...graph.values()].every((value) => !results.has(value.name) || isSame(value)) ? settled : graph;
}

/** The graph with known values as constants, without the nodes that only they needed. */
function fold(graph: Graph, known: ReadonlyMap<Value, Tensor>): Graph {
  const bindings = new Map<Value, Value>();
  const result = new Graph(graph.name);
  for (const input of graph.inputs) bindings.set(input, result.input(input.name, input.type));
  for (const [value, t] of known) bindings.set(value, constantValue(result.uniqueName(value.name), t));
  const kept = [...graph.values()].filter((value) => !bindings.has(value));
  const map = inline(result, graph, bindings, kept);
  for (const output of graph.outputs) result.output(map.get(output) ?? output);
  return result;
}
