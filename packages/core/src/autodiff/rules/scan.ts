import { XstarError } from "../../errors.js";
import type { Graph, Node, Value } from "../../ir/graph.js";
import { inline } from "../../ir/inline.js";
import { isFloat, positiveAxis, type Ops } from "../../ir/ops/index.js";
import { scan as emitScan } from "../../ir/scan.js";
import type { VjpContext, VjpRule } from "../vjp.js";

/** A Scan's body, and how the values of the node go with those of its body. */
interface Form {
  readonly body: Graph;
  /** How many values a step hands to the next. */
  readonly carried: number;
  readonly slices: readonly Along[];
  readonly stacks: readonly Along[];
}

interface Along {
  readonly axis: number;
  readonly isReversed: boolean;
}

function formOf(node: Node): Form {
  const body = node.attributes.get("body");
  const sliced = node.int("num_scan_inputs", 0);
  const carried = node.inputs.length - sliced;
  const known = body?.kind === "graph" && body.value.inputs.length === node.inputs.length ? body.value : undefined;
  if (!known || !known.nodes.every(({ outputs }) => outputs.every((output) => !output || output.type)))
    throw new XstarError("missing-vjp-rule", `A step of node "${node.label}" (Scan) has shapes that are not known`, {
      hint: "A Scan of at most 1024 steps without lengths is written out: give the model's sizes, or choose a target before it",
    });
  const along = (kind: "input" | "output", values: readonly (Value | undefined)[]): Along[] =>
    values.map((value, i) => ({
      axis: positiveAxis(node.ints(`scan_${kind}_axes`)?.[i] ?? 0, value!.rank),
      isReversed: node.ints(`scan_${kind}_directions`)?.[i] === 1,
    }));
  return {
    body: known,
    carried,
    slices: along("input", node.inputs.slice(carried)),
    stacks: along("output", node.outputs.slice(carried)),
  };
}

/** The axis of the steps in front, or back from there. */
function moved(op: Ops, x: Value, from: number, to: number): Value {
  if (from === to) return x;
  const rest = x.shape.map((_, axis) => axis).filter((axis) => axis !== from);
  return op.transpose(x, rest.toSpliced(to, 0, from));
}

/**
 * The steps once more, of which the states before each are kept; then a step backwards for each, which goes through the
 * body by its own rules: from the cotangents of its results to those of the state before it, and of what it read.
 */
export const scan: VjpRule = (_, context) => {
  const { op, node, inputs, cotangents, needs } = context;
  const { body, carried, slices, stacks } = formOf(node);
  const states = inputs.slice(0, carried);
  const read = slices.map(({ axis, isReversed }, i) => ({
    value: moved(op, inputs[carried + i]!, axis, 0),
    isReversed,
  }));
  const before = emitScan(op, {
    states,
    slices: read,
    build: (inner, now, elements) => ({ states: resultsOf(body, inner, now, elements).slice(0, carried), stacks: now }),
  }).stacks;
  const arriving = stacks.flatMap(({ axis, isReversed }, i) => {
    const g = cotangents[carried + i];
    return g ? [{ i, value: moved(op, g, axis, 0), isReversed: !isReversed }] : [];
  });
  const floats = states.flatMap((state, i) => (isFloat(state) ? [i] : []));
  const outside = inputs.flatMap((value, i) => (i >= node.inputs.length && needs(i) && isFloat(value) ? [i] : []));
  const zeros = (value: Value) => op.fill(value.shape, 0, value.dtype);
  const backwards = emitScan(op, {
    states: [...floats.map((i) => cotangents[i] ?? zeros(states[i]!)), ...outside.map((i) => zeros(inputs[i]!))],
    slices: [
      ...before.map((value) => ({ value, isReversed: true })),
      ...read.map(({ value, isReversed }) => ({ value, isReversed: !isReversed })),
      ...arriving,
    ],
    backwards: slices.map(({ isReversed }) => !isReversed),
    build: (inner, sums, elements) =>
      stepBack(context, inner, {
        body,
        carried,
        floats,
        outside,
        arriving: arriving.map(({ i }) => i),
        sums,
        elements,
      }),
  });
  const results: (Value | null)[] = inputs.map(() => null);
  floats.forEach((i, k) => (results[i] = backwards.states[k]!));
  outside.forEach((i, k) => (results[i] = backwards.states[floats.length + k]!));
  slices.forEach(({ axis }, k) => {
    if (isFloat(inputs[carried + k]!)) results[carried + k] = moved(op, backwards.stacks[k]!, 0, axis);
  });
  return results;
};

const resultsOf = (body: Graph, op: Ops, states: readonly Value[], elements: readonly Value[]): Value[] => {
  const bound = new Map([...states, ...elements].map((value, i) => [body.inputs[i]!, value] as const));
  const map = inline(op.graph, body, bound, body.outputs, { prefix: `${op.graph.name}/` });
  return body.outputs.map((output) => map.get(output) ?? output);
};

interface StepBack {
  readonly body: Graph;
  readonly carried: number;
  /** Which of the states are floats, which operands are read from outside, of which stacks there are cotangents. */
  readonly floats: readonly number[];
  readonly outside: readonly number[];
  readonly arriving: readonly number[];
  /** The cotangents of the states behind the step, then the sums of those of what is read from outside. */
  readonly sums: readonly Value[];
  /** The states before the step, what it read, and the cotangents of what it added. */
  readonly elements: readonly Value[];
}

function stepBack({ inputs, differentiate }: VjpContext, op: Ops, step: StepBack) {
  const { body, carried, floats, outside, arriving, sums, elements } = step;
  const given = elements.slice(0, body.inputs.length);
  const [before, read] = [given.slice(0, carried), given.slice(carried)];
  const results = resultsOf(body, op, before, read);
  const pairs = [
    ...floats.map((i, k) => [results[i]!, sums[k]!] as const),
    ...arriving.map((i, k) => [results[carried + i]!, elements[given.length + k]!] as const),
  ];
  const of = op.sum(pairs.map(([y, g]) => op.reduceSum(op.mul(y, g))));
  const wanted = [...floats.map((i) => before[i]!), ...outside.map((i) => inputs[i]!), ...read];
  const found = differentiate(op, { of, wrt: wanted }).map(
    (g, i) => g ?? op.fill(wanted[i]!.shape, 0, isFloat(wanted[i]!) ? wanted[i]!.dtype : "float32"),
  );
  const summed = outside.map((_, k) => op.add(sums[floats.length + k]!, found[floats.length + k]!));
  return {
    states: [...found.slice(0, floats.length), ...summed],
    stacks: found.slice(floats.length + outside.length),
  };
}
