import { Graph, Node, Value, type Attribute } from "./graph.js";
import { prune } from "./inline.js";
import { createOps, type Ops } from "./ops/index.js";

interface ScanParts {
  /** What a step hands to the next, as it is before the first one. */
  readonly states: readonly Value[];
  /** What each step reads an element of, along the first axis; all of one length. */
  readonly slices: readonly Slice[];
  /** Which of `stacks` begin with what the last step gave. */
  readonly backwards?: readonly boolean[];
  /** A step, in a graph of its own, which may read values from outside: the states behind it, and what it adds to the stacks. */
  build(op: Ops, states: readonly Value[], elements: readonly Value[]): ScanStep;
}

interface Slice {
  readonly value: Value;
  /** Whether the last element is read first. */
  readonly isReversed: boolean;
}

interface ScanStep {
  readonly states: readonly Value[];
  readonly stacks: readonly Value[];
}

/** A Scan: a step for each element along the first axes of `slices`. Gives the last states, and the stacks [steps, ...]. */
export function scan(op: Ops, { states, slices, backwards = [], build }: ScanParts): ScanStep {
  const { graph } = op;
  const body = new Graph(graph.uniqueName("step"));
  const inner = createOps(body, op.lowering, body.name);
  const before = states.map((state, i) => body.input(`${body.name}/state${i}`, state.type));
  const elements = slices.map(({ value: { dtype, shape } }, i) =>
    body.input(`${body.name}/element${i}`, { dtype, shape: shape.slice(1) }),
  );
  const made = build(inner, before, elements);
  const all = [...made.states, ...made.stacks];
  // ONNX Runtime takes no result twice, and none that is handed through
  for (const value of all) body.output(inner.identity(value));
  prune(body);
  const steps = slices[0]!.value.shape[0]!;
  const types = all.map(({ dtype, shape }, i) => ({ dtype, shape: i < states.length ? shape : [steps, ...shape] }));
  const outputs = types.map((type) => new Value(graph.uniqueName(`${body.name}/result`), type));
  const directions = (list: readonly boolean[]): Attribute => ({ kind: "ints", value: list.map(Number) });
  const attributes: Record<string, Attribute> = {
    body: { kind: "graph", value: body },
    num_scan_inputs: { kind: "int", value: slices.length },
    scan_input_directions: directions(slices.map(({ isReversed }) => isReversed)),
    scan_output_directions: directions(made.stacks.map((_, i) => backwards[i] ?? false)),
  };
  const inputs = [...states, ...slices.map(({ value }) => value)];
  graph.append(new Node("Scan", inputs, outputs, new Map(Object.entries(attributes))));
  return { states: outputs.slice(0, states.length), stacks: outputs.slice(states.length) };
}
