import { TfNode, type TfFunction, type TfGraph } from "./graph.js";

type Nodes = Map<string, TfNode>;

const nameIn = (ref: string) => ref.replace(/:\d+$/, "");
const enters = new Set(["Enter", "RefEnter"]);

/** A variable of a loop: where its value comes from, at first and in each further turn. */
interface Variable {
  readonly merge: TfNode;
  readonly enter: TfNode;
  readonly next: TfNode;
}

/**
 * The loops of TensorFlow 1 are nodes that read what is computed behind them, in frames. Puts a `While` with functions in
 * their place, as TensorFlow 2 writes loops: a turn is the same nodes, given the values that the frame begins with.
 */
export function withWhileLoops(graph: TfGraph): TfGraph {
  const conditions = [...graph.nodes.values()].filter(({ op }) => op === "LoopCond");
  if (conditions.length === 0) return graph;
  const [nodes, functions] = [new Map(graph.nodes), new Map(graph.functions)];
  for (const condition of conditions) raise(nodes, functions, condition);
  return { nodes, functions };
}

function raise(nodes: Nodes, functions: Map<string, TfFunction>, condition: TfNode): void {
  const all = [...nodes.values()];
  const find = (ref: string | undefined) => (ref === undefined ? undefined : nodes.get(nameIn(ref)));
  const steers = ({ op, inputs }: TfNode) => op === "Switch" && find(inputs[1]) === condition;
  const frame = frameOf(find(all.find(steers)?.inputs[0]), nodes);
  if (frame === undefined) return;
  const variables = all.flatMap((merge) => variableOf(merge, nodes, frame) ?? []);
  const entering = new Set(variables.map(({ enter }) => enter));
  const fixed = all.filter((node) => isEnterOf(node, frame) && !entering.has(node));
  const loop = `${condition.name}/While`;
  const inputs = [...variables.map(({ merge }) => merge), ...fixed].map(({ name }) => name);
  const turn = (name: string, outputs: readonly string[]) => functions.set(name, { inputs, outputs, nodes });
  turn(`${loop}/cond`, [condition.inputs[0]!]);
  turn(`${loop}/body`, [...variables.map(({ next }) => next.inputs[0]!), ...fixed.map(({ name }) => name)]);
  const put = (name: string, op: string, input: readonly string[], attr = {}) =>
    nodes.set(name, new TfNode({ name, op, input, attr }));
  const called = (part: string) => ({ func: { name: `${loop}/${part}` } });
  const first = [...variables.map(({ enter }) => enter), ...fixed].map((enter) => enter.inputs[0]!);
  put(loop, "While", first, { cond: called("cond"), body: called("body") });
  put(condition.name, "Identity", condition.inputs);
  for (const exit of all.filter(({ op }) => op === "Exit" || op === "RefExit")) {
    const at = variables.findIndex(({ merge }) => find(find(exit.inputs[0])?.inputs[0]) === merge);
    if (at >= 0) put(exit.name, "Identity", [`${loop}:${at}`]);
  }
}

const isEnterOf = (node: TfNode | undefined, frame: string): node is TfNode =>
  node !== undefined && enters.has(node.op) && node.string("frame_name", "") === frame;

/** The frame that a Merge begins with. */
function frameOf(merge: TfNode | undefined, nodes: Nodes): string | undefined {
  const enter = merge?.inputs.map((ref) => nodes.get(nameIn(ref))).find((node) => node && enters.has(node.op));
  return enter?.string("frame_name", "");
}

function variableOf(merge: TfNode, nodes: Nodes, frame: string): Variable | undefined {
  if (merge.op !== "Merge") return undefined;
  const given = merge.inputs.map((ref) => nodes.get(nameIn(ref)));
  const enter = given.find((node) => isEnterOf(node, frame));
  const next = given.find((node) => node?.op === "NextIteration");
  return enter && next && { merge, enter, next };
}
