import { activation } from "../autodiff/rules/activation.js";
import { pointwise } from "../autodiff/rules/pointwise.js";
import { constantNumbers, Node, type Value } from "../ir/graph.js";
import { positiveAxis, type Ops } from "../ir/ops/index.js";
import { reach, windowOf } from "../ir/window.js";
import { size, type Shape } from "../tensor.js";

/** From the first element of an axis to the one behind the last. */
type Range = readonly [start: number, end: number];

/** A part of a value: a range for each axis. */
type Part = readonly Range[];

/** How a part of what a node gives is computed: from which parts of its inputs, and by what. */
interface Plan {
  readonly needs: readonly (Part | undefined)[];
  build(op: Ops, inputs: readonly (Value | undefined)[]): Value;
}

/** Undefined where that part can only be cut out of the whole. */
type Rule = (node: Node, part: Part, y: Value) => Plan | undefined;

/** Part of a value along some axes. */
export interface AxisRange {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

/** What a network sees, as a whole and as the parts of it that are all that some of the network needs. */
export interface Entry {
  readonly whole: Value;
  readonly parts: { readonly value: Value; readonly part: Part }[];
}

/**
 * A part of a value, computed from no more of what it depends on than that takes: of a neuron, from its receptive field. Gives what a
 * Slice of the whole would; of rounding alone they may differ. Where that takes a part of the entry only, it is added to its parts.
 */
export function narrow(op: Ops, x: Value, ranges: readonly AxisRange[], entry?: Entry): Value {
  const whole = op.slice(x, ranges);
  if (whole === x) return x;
  const part = wholeOf(x).map((range, axis): Range => {
    const given = ranges.find((one) => positiveAxis(one.axis, x.rank) === axis);
    return given ? [given.start, given.end] : range;
  });
  const nodes = op.graph.nodes.slice(0, op.graph.nodes.indexOf(whole.node!));
  const wanted = new Map<Value, Part>([[x, part]]);
  const plans = planParts(nodes, wanted);
  if (!isWorthwhile(plans, wanted)) return whole;

  const made = new Map<Value, Value>();
  const take = (input: Value, of: Part | undefined): Value => {
    if (!of) return input;
    const narrowed = made.get(input);
    return narrowed ? cut(op, narrowed, of, wanted.get(input)!) : cut(op, input, of);
  };
  for (const node of nodes) {
    for (const y of node.outputs) {
      const plan = y && plans.get(y);
      if (!plan) continue;
      const inputs = node.inputs.map((input, i) => input && take(input, plan.needs[i]));
      made.set(y, plan.build(op, inputs));
    }
  }
  const seen = entry && made.get(entry.whole);
  if (seen) entry.parts.push({ value: seen, part: wanted.get(entry.whole)! });
  return made.get(x)!;
}

/** The gradient by all of an entry, of those by it as a whole and by its parts; undefined where there is none. */
export function gradientOfEntry(
  op: Ops,
  { whole, parts }: Entry,
  found: readonly (Value | undefined)[],
): Value | undefined {
  const all = [wholeOf(whole), ...parts.map(({ part }) => part)];
  const given = found.flatMap((gradient, i) => (gradient ? [{ gradient, part: all[i]! }] : []));
  if (given.length < 2) return given[0]?.gradient;
  return op.sum(
    given.map(({ gradient, part }) => {
      const before = part.map(([start]) => start);
      const after = part.map(([, end], axis) => whole.shape[axis]! - end);
      return op.pad(gradient, before, after);
    }),
  );
}

/** Of every value how its part is computed; adds to `wanted` what that takes. */
function planParts(nodes: readonly Node[], wanted: Map<Value, Part>): Map<Value, Plan> {
  const plans = new Map<Value, Plan>();
  for (const node of nodes.toReversed()) {
    for (const y of node.outputs) {
      const part = y && wanted.get(y);
      if (!part || node.domain !== "" || isWhole(part, y)) continue;
      const plan = samePlace.has(node.opType) ? broadcast(node, part, y) : rules[node.opType]?.(node, part, y);
      if (!plan) continue;
      plans.set(y, plan);
      node.inputs.forEach((input, i) => {
        const need = plan.needs[i];
        if (input && need) wanted.set(input, joined(wanted.get(input), need));
      });
    }
  }
  return plans;
}

/** Whether at most half of the numbers are computed that would be otherwise. */
function isWorthwhile(plans: ReadonlyMap<Value, Plan>, wanted: ReadonlyMap<Value, Part>): boolean {
  let [some, all] = [0, 0];
  for (const y of plans.keys()) {
    some += size(dims(wanted.get(y)!));
    all += size(y.shape);
  }
  return 2 * some <= all && all > 0;
}

const wholeOf = ({ shape }: Value): Part => shape.map((length) => [0, length]);
const dims = (part: Part): Shape => part.map(([start, end]) => end - start);
const isWhole = (part: Part, { shape }: Value) =>
  part.every(([start, end], axis) => start === 0 && end === shape[axis]);

function joined(a: Part | undefined, b: Part): Part {
  return a ? a.map(([start, end], i) => [Math.min(start, b[i]![0]), Math.max(end, b[i]![1])]) : b;
}

/** The part `of` a value of which x holds the part `within`, or all. */
function cut(op: Ops, x: Value, of: Part, within: Part = wholeOf(x)): Value {
  const ranges = of.map(([start, end], axis) => ({
    axis,
    start: start - within[axis]![0],
    end: end - within[axis]![0],
  }));
  return op.slice(x, ranges);
}

/** The same node on parts of its inputs, by a name of its own. */
const repeated =
  (node: Node, part: Part, changed: Parameters<Ops["repeatNode"]>[4] = {}) =>
  (op: Ops, inputs: readonly (Value | undefined)[]): Value => {
    const { opType, attributes, domain, name } = node;
    const named = new Node(opType, [], [], attributes, domain, op.graph.uniqueNodeName(name));
    const type = { ...node.outputs[0]!.type!, shape: dims(part) };
    return op.repeatNode(named, inputs, [type], Object.keys(changed), changed)[0]!;
  };

/** Operators that look at the shape of their input as a whole. */
const ofShape: ReadonlySet<string> = new Set(["EyeLike", "RandomNormalLike", "RandomUniformLike", "Bernoulli"]);

/** Operators whose output at a position needs their inputs at this position only. */
const samePlace: ReadonlySet<string> = new Set(
  [...Object.keys(pointwise), ...Object.keys(activation)].filter((opType) => !ofShape.has(opType)),
);

const broadcast: Rule = (node, part) => ({
  needs: node.inputs.map((x) =>
    x?.shape.map((length, i): Range => {
      const range = part[i - x.rank + part.length]!;
      return length === 1 ? [0, 1] : range;
    }),
  ),
  build: repeated(node, part),
});

/** The first input at the same positions, and of `axis` everything. */
const alongOthers =
  (axisOf: (node: Node) => number): Rule =>
  (node, part) => {
    const [x] = node.inputs;
    if (!isWholeAlong(node, part, positiveAxis(axisOf(node), x!.rank))) return undefined;
    return { needs: [part], build: repeated(node, part) };
  };

function isWholeAlong(node: Node, part: Part, axis: number): boolean {
  const [start, end] = part[axis]!;
  return start === 0 && end === node.outputs[0]!.shape[axis];
}

/** Windows over the spatial axes of [N, C, ...]; padding stays where the picture ends. */
const windows =
  (kernelOf: (node: Node) => readonly number[]): Rule =>
  (node, part) => {
    const [x, y] = [node.inputs[0]!, node.outputs[0]!];
    if (node.outputs[1] || !isWholeAlong(node, part, 1)) return undefined;
    if (node.opType === "AveragePool" && node.int("ceil_mode", 0) === 1 && node.int("count_include_pad", 0) === 1)
      return undefined;
    const window = windowOf(node, kernelOf(node), x.shape.slice(2), y.shape.slice(2));
    const reached = part.slice(2).map(([start, end], i) => {
      const [stride, before] = [window.strides[i]!, window.before[i]!];
      return { from: start * stride - before, to: (end - 1) * stride - before + reach(window)[i]! };
    });
    const lengths = x.shape.slice(2);
    const seen = reached.map(({ from, to }, i): Range => [Math.max(0, from), Math.min(lengths[i]!, to)]);
    if (seen.some(([start, end]) => start >= end)) return undefined;
    const pads = [
      ...reached.map(({ from }) => Math.max(0, -from)),
      ...reached.map(({ to }, i) => Math.max(0, to - lengths[i]!)),
    ];
    // "VALID" keeps a Pad before a MaxPool apart: normalize/pad-before-pool.ts
    const isBare = node.opType === "MaxPool" && pads.every((amount) => amount === 0);
    const padding = isBare ? { pads: undefined, auto_pad: "VALID" } : { pads, auto_pad: undefined };
    const changed = { ...padding, strides: window.strides, ceil_mode: undefined };
    return { needs: [[part[0]!, [0, x.shape[1]!], ...seen]], build: repeated(node, part, changed) };
  };

const concat: Rule = (node, part) => {
  const axis = positiveAxis(node.int("axis", 0), part.length);
  if (!isWholeAlong(node, part, axis)) return undefined;
  return { needs: node.inputs.map((x) => part.with(axis, [0, x!.shape[axis]!])), build: repeated(node, part) };
};

const gatherElements: Rule = (node, part) => {
  const [data, indices] = node.inputs as [Value, Value];
  const axis = positiveAxis(node.int("axis", 0), part.length);
  if (indices.shape.some((length, i) => i !== axis && length !== data.shape[i])) return undefined;
  return { needs: [part.with(axis, [0, data.shape[axis]!]), part], build: repeated(node, part) };
};

const expand: Rule = (node, part) => {
  const [x] = node.inputs as [Value];
  const need = x.shape.map((length, i): Range => (length === 1 ? [0, 1] : part[i - x.rank + part.length]!));
  return { needs: [need], build: (op, [of]) => op.expand(of!, dims(part)) };
};

/** Axes before and after a new shape that hold the same elements: one or several on each side. */
function sameElements(from: Shape, to: Shape): { readonly before: number[]; readonly after: number[] }[] {
  const groups: { before: number[]; after: number[] }[] = [];
  for (let i = 0, j = 0; i < from.length || j < to.length;) {
    const group = { before: [] as number[], after: [] as number[] };
    let [a, b] = [1, 1];
    do {
      if (i < from.length && (a <= b || j === to.length)) [a, group.before] = [a * from[i]!, [...group.before, i++]];
      else [b, group.after] = [b * to[j]!, [...group.after, j++]];
    } while (a !== b && (i < from.length || j < to.length));
    groups.push(group);
  }
  return groups;
}

/** Where one axis becomes several, a part along the first of these is one of it; where several become one, all of them are taken. */
const reshape: Rule = (node, part, y) => {
  const [x] = node.inputs as [Value];
  const need: Range[] = [...wholeOf(x)];
  const given: Range[] = [...wholeOf(y)];
  for (const { before, after } of sameElements(x.shape, y.shape)) {
    const long = before.filter((axis) => x.shape[axis] !== 1);
    const [first, ...rest] = after.filter((axis) => y.shape[axis] !== 1);
    if (long.length !== 1 || first === undefined) continue;
    const inner = size(rest.map((axis) => y.shape[axis]!));
    given[first] = part[first]!;
    need[long[0]!] = [part[first]![0] * inner, part[first]![1] * inner];
  }
  return { needs: [need], build: (op, [of]) => cut(op, op.reshape(of!, dims(given)), part, given) };
};

/** Rows of the first matrix. */
const matMul: Rule = (node, part, y) => {
  const [a] = node.inputs as [Value];
  const rows = y.rank - 2;
  if (a.rank < 2 || part.some(([start, end], axis) => axis !== rows && end - start < y.shape[axis]!)) return undefined;
  return { needs: [wholeOf(a).with(a.rank - 2, part[rows]!)], build: repeated(node, part) };
};

const transpose: Rule = (node, part) => {
  const perm = node.ints("perm") ?? part.map((_, i) => part.length - 1 - i);
  return { needs: [part.map((_, axis) => part[perm.indexOf(axis)]!)], build: repeated(node, part) };
};

/** Zeros or another number around what is padded. */
const pad: Rule = (node, part) => {
  const [x] = node.inputs as [Value];
  const amounts = constantNumbers(node.inputs[1]);
  if (!amounts || node.inputs[3] || node.string("mode", "constant") !== "constant") return undefined;
  if (amounts.some((amount) => amount < 0)) return undefined;
  const reached = part.map(([start, end], i) => ({ from: start - amounts[i]!, to: end - amounts[i]! }));
  const seen = reached.map(({ from, to }, i): Range => [Math.max(0, from), Math.min(x.shape[i]!, to)]);
  if (seen.some(([start, end]) => start >= end)) return undefined;
  const pads = [
    ...reached.map(({ from }) => Math.max(0, -from)),
    ...reached.map(({ to }, i) => Math.max(0, to - x.shape[i]!)),
  ];
  return {
    needs: [seen],
    build: (op, [of, , value]) => repeated(node, part)(op, [of, op.ints(pads), value]),
  };
};

/** One of the parts into which a value is split. */
const split: Rule = (node, part, y) => {
  const axis = positiveAxis(node.int("axis", 0), y.rank);
  const before = node.outputs.slice(0, node.outputs.indexOf(y)).reduce((sum, one) => sum + one!.shape[axis]!, 0);
  const [start, end] = part[axis]!;
  return { needs: [part.with(axis, [start + before, end + before])], build: (_, [of]) => of! };
};

/** All of the picture, at some places. */
const gridSample: Rule = (node, part) => {
  const [x, grid] = node.inputs as [Value, Value];
  if (!isWholeAlong(node, part, 0) || !isWholeAlong(node, part, 1)) return undefined;
  const needs = [wholeOf(x), [...part.toSpliced(1, 1), [0, grid.shape.at(-1)!] as const]];
  return { needs, build: repeated(node, part) };
};

const rules: Readonly<Record<string, Rule>> = {
  Conv: windows((node) => node.inputs[1]!.shape.slice(2)),
  MaxPool: windows((node) => node.ints("kernel_shape", [])),
  AveragePool: windows((node) => node.ints("kernel_shape", [])),
  BatchNormalization: alongOthers(() => 1),
  LRN: alongOthers(() => 1),
  Softmax: alongOthers((node) => node.int("axis", -1)),
  Concat: concat,
  GatherElements: gatherElements,
  Expand: expand,
  Reshape: reshape,
  MatMul: matMul,
  Transpose: transpose,
  Pad: pad,
  Split: split,
  GridSample: gridSample,
};
