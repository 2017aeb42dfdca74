import { isFramed, constantNumbers, type Node, type Value } from "../ir/graph.js";
import { positiveAxis } from "../ir/ops/index.js";
import {
  aged,
  batchMovedFrom,
  broadcastLayout,
  fresh,
  holdsBatch,
  holdsUnits,
  isTakenOut,
  noteReader,
  renewed,
  reshaped,
  resizedAxis,
  sizeOf,
  unitsBy,
  withoutBatch,
  type Axis,
  type Layout,
} from "./axis-factors.js";

interface Edge {
  readonly node: Node;
  readonly y: Value;
  /** Of the inputs; undefined for those that do not depend on the picture. */
  readonly layouts: readonly (Layout | undefined)[];
}

/** The axes of an output of a node; undefined where nothing special is known. */
type Step = (edge: Edge) => Layout | undefined;

/** What the axes of an output hold, given what those of the inputs do. */
export function stepForward(node: Node, y: Value, known: ReadonlyMap<Value, Layout>): Layout {
  const layouts = node.inputs.map((input) => input && known.get(input));
  const edge = { node, y, layouts };
  const found = (node.domain === "" ? steps[node.opType]?.(edge) : undefined) ?? alike(edge);
  return y.shape.map((length, i) => (found[i] && sizeOf(found[i]) === length ? found[i] : [fresh(length)]));
}

/** Element by element where the shapes allow it, else axis by axis, else only the batch in front. */
const alike = ({ y, layouts }: Edge): Layout => {
  const some = layouts.filter((layout) => layout !== undefined);
  const fits = (layout: Layout) => {
    const lead = y.rank - layout.length;
    return lead >= 0 && layout.every((axis, i) => sizeOf(axis) === 1 || sizeOf(axis) === y.shape[i + lead]);
  };
  const isWhole = y.shape.every((length, i) =>
    some.some((layout) => {
      const axis = layout[i - y.rank + layout.length];
      return length === 1 || (axis && sizeOf(axis) === length);
    }),
  );
  if (some.every(fits) && isWhole) return broadcastLayout(some, y.shape);
  const [x] = some;
  if (x?.length === y.rank) return sameAxes(x, y);
  const first = x?.[0];
  return first && holdsBatch(first) ? [first, ...y.shape.slice(1).map((length) => [fresh(length)])] : [];
};

const sameAxes = (x: Layout, y: Value): Layout => y.shape.map((length, i) => resizedAxis(x[i]!, length));

/** The axes of what adds up elements along some axes of its input: where these hold pictures, they are mixed. */
const mixed = (axes: Layout, along: Layout): Layout => (along.some(holdsBatch) ? withoutBatch(axes) : axes);

/** Filters over the axes behind the second one, which becomes units. */
const convolution: Step = ({ node, y, layouts: [x] }) => {
  if (!x) return undefined;
  noteReader(x[1], node.opType);
  const axes = sameAxes(x, y).map((axis, i) => (i === 1 ? unitsBy(node.opType, y.shape[1]!) : aged(axis)));
  return mixed(axes, x.slice(1));
};

/** Works channel by channel: the second axis holds units where nothing has made any. */
const pooling: Step = ({ node, y, layouts: [x] }) => {
  if (!x || x.length !== y.rank || y.rank < 2) return undefined;
  const axes = mixed(sameAxes(x, y), x.slice(2));
  return x.some(holdsUnits) ? axes : axes.with(1, unitsBy(node.opType, y.shape[1]!));
};

/** Normalizes the channels of the second axis. */
const channelwise: Step = ({ node, y, layouts: [x] }) => {
  if (!x || x.length !== y.rank || y.rank < 2) return undefined;
  noteReader(x[1], node.opType);
  const axes = x.map(aged).with(1, renewed(x[1]!) ?? unitsBy(node.opType, y.shape[1]!));
  return mixed(axes, node.opType === "BatchNormalization" ? [] : x.slice(2));
};

/** Normalizes the features of the last axis. */
const featurewise: Step = ({ node, y, layouts: [x] }) => {
  const isFirst = node.outputs[0] === y;
  if (!x || !isFirst || positiveAxis(node.int("axis", -1), x.length) !== x.length - 1) return undefined;
  const last = x.at(-1)!;
  noteReader(last, node.opType);
  return mixed([...x.slice(0, -1).map(aged), renewed(last) ?? unitsBy(node.opType, y.shape.at(-1)!)], [last]);
};

/** A product with weights makes units along their axis; of two values of the network it has the axes of both. */
const product: Step = ({ node, y, layouts: [a, b] }) => {
  const [rankA, rankB] = [node.inputs[0]!.rank, node.inputs[1]!.rank];
  if (rankA === 1 && a && !b)
    return [...y.shape.slice(0, -1).map((length) => [fresh(length)]), unitsBy(node.opType, y.shape.at(-1)!)];
  if (rankA < 2 || rankB < 2) return undefined;
  const leading = [a, b].filter((one) => one !== undefined).map((one) => one.slice(0, -2));
  const lead = broadcastLayout(leading, y.shape.slice(0, -2));
  const axes = matrixAxes(node.opType, y, a?.slice(-2), b?.slice(-2));
  const summed = [a?.at(-1), b?.at(-2)].filter((axis) => axis !== undefined);
  for (const axis of summed) if (holdsUnits(axis)) noteReader(axis, node.opType);
  return mixed([...(a && b ? lead : lead.map(aged)), ...axes], summed);
};

function matrixAxes(by: string, y: Value, a: Layout | undefined, b: Layout | undefined): Layout {
  const [rows, columns] = y.shape.slice(-2) as [number, number];
  if (a && b) return [a[0]!, b[1]!];
  noteReader(a?.[1] ?? b?.[0], by);
  return a ? [aged(a[0]!), unitsBy(by, columns)] : [unitsBy(by, rows), aged(b![1]!)];
}

const gemm: Step = ({ node, y, layouts: [a, b] }) => {
  const turned = (x: Layout | undefined, name: string) => (node.int(name, 0) === 1 ? x?.toReversed() : x);
  const [left, right] = [turned(a, "transA"), turned(b, "transB")];
  return left || right ? matrixAxes(node.opType, y, left, right) : undefined;
};

/** Letters that only weights have become units. */
const einsum: Step = ({ node, y, layouts }) => {
  const [terms, result] = node.string("equation", "").replaceAll(" ", "").split("->");
  if (!terms || result === undefined || terms.includes(".")) return undefined;
  const operands = terms.split(",");
  const axesNamed = (letter: string): Layout =>
    layouts.flatMap((layout, i) => {
      const axis = layout?.[operands[i]!.indexOf(letter)];
      return axis ? [axis] : [];
    });
  const isMade = [...result].some((letter) => axesNamed(letter).length === 0);
  for (const letter of new Set(operands.join("")))
    if (isMade && !result.includes(letter)) for (const axis of axesNamed(letter)) noteReader(axis, node.opType);
  const axes = [...result].map((letter, i) => {
    const [axis] = axesNamed(letter);
    return axis ? (isMade ? aged(axis) : axis) : unitsBy(node.opType, y.shape[i]!);
  });
  return mixed(
    axes,
    [...operands.join("")].filter((letter) => !result.includes(letter)).flatMap((x) => axesNamed(x).slice(0, 1)),
  );
};

/** Works along one axis. */
const along =
  (fallback: number): Step =>
  ({ node, y, layouts: [x] }) => {
    if (!x || x.length !== y.rank) return undefined;
    return mixed(sameAxes(x, y), [x[positiveAxis(node.int("axis", fallback), y.rank)]!]);
  };

/** Y is [time, directions, batch, hidden], or [batch, time, directions, hidden]; the last states are without the time. */
const recurrent: Step = ({ node, y, layouts: [x] }) => {
  if (!x) return undefined;
  noteReader(x[2], node.opType);
  const hidden = unitsBy(node.opType, y.shape.at(-1)!);
  const isBatchFirst = node.int("layout", 0) === 1;
  const [time, batch] = (isBatchFirst ? [x[1], x[0]] : [x[0], x[1]]).map((axis) => aged(axis!)) as [Axis, Axis];
  const directions = [fresh(node.string("direction", "forward") === "bidirectional" ? 2 : 1)];
  if (node.outputs[0] !== y) return isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  return isBatchFirst ? [batch, time, directions, hidden] : [time, directions, batch, hidden];
};

const transpose: Step = ({ node, layouts: [x] }) => {
  const perm = node.ints("perm") ?? x?.map((_, i) => x.length - 1 - i);
  return x && perm!.map((axis) => x[axis]!);
};

const reshape: Step = ({ y, layouts: [x] }) => x && reshaped(x, y.shape);

const axesGiven = (node: Node, rank: number): number[] | undefined =>
  (node.ints("axes") ?? constantNumbers(node.inputs[1]))?.map((axis) => positiveAxis(axis, rank));

const squeeze: Step = ({ node, layouts: [x] }) => {
  const axes = x && (axesGiven(node, x.length) ?? x.flatMap((axis, i) => (sizeOf(axis) === 1 ? [i] : [])));
  return axes && withoutAxes(x, axes);
};

const withoutAxes = (x: Layout, axes: readonly number[]): Layout =>
  batchMovedFrom(x, axes).filter((_, i) => !axes.includes(i));

const unsqueeze: Step = ({ node, y, layouts: [x] }) => {
  const axes = axesGiven(node, y.rank);
  const rest = x?.[Symbol.iterator]();
  return axes && rest && y.shape.map((_, i) => (axes.includes(i) ? [fresh(1)] : rest.next().value!));
};

const reduce: Step = ({ node, y, layouts: [x] }) => {
  if (!x) return undefined;
  if (x.length === y.rank) return sameAxes(x, y);
  const axes = axesGiven(node, x.length);
  return axes && withoutAxes(x, axes);
};

/** ArgMax and ArgMin say their one axis otherwise. */
const reduceOne: Step = ({ node, y, layouts: [x] }) => {
  const axis = x && positiveAxis(node.int("axis", 0), x.length);
  return x && (x.length === y.rank ? sameAxes(x, y) : withoutAxes(x, [axis!]));
};

const concat: Step = ({ node, y, layouts }) => {
  const axis = positiveAxis(node.int("axis", 0), y.rank);
  const some = layouts.flatMap((layout) => (layout ? [batchMovedFrom(layout, [axis])] : []));
  const whole = broadcastLayout(some, y.shape);
  const parts = some.map((layout) => layout[axis]!);
  const stacked = some.length === y.shape[axis] ? stackedUnits(whole, parts) : undefined;
  if (stacked)
    return whole.with(whole.indexOf(stacked), [fresh(1)]).with(axis, [{ ...stacked[0]!, size: some.length }]);
  const longest = parts.find((part) => part.some(({ isNew }) => isNew)) ?? parts.find(holdsUnits) ?? parts[0]!;
  return whole.with(axis, resizedAxis(parts.some(holdsBatch) ? [] : longest, y.shape[axis]!));
};

/** The axis of one unit that was taken out of several, where what is stacked along an axis of its own are such units. */
const stackedUnits = (whole: Layout, parts: readonly Axis[]): Axis | undefined =>
  parts.some(holdsUnits) ? undefined : whole.find(([unit, ...rest]) => rest.length === 0 && unit && isTakenOut(unit));

const gather: Step = ({ node, y, layouts: [data, indices] }) => {
  const at = positiveAxis(node.int("axis", 0), node.inputs[0]!.rank);
  const { rank } = node.inputs[1]!;
  if (data) {
    const chosen = y.shape.slice(at, at + rank).map((length) => resizedAxis(rank === 1 ? data[at]! : [], length));
    return [...data.slice(0, at), ...chosen, ...data.slice(at + 1)];
  }
  if (!indices) return undefined;
  return y.shape.map((length, i) => {
    if (i >= at && i < at + rank) return indices[i - at]!;
    return i === y.rank - 1 ? unitsBy(node.opType, length) : [fresh(length)];
  });
};

/** Moves elements between the channels and the places. */
const betweenChannelsAndSpace: Step = ({ node, y, layouts: [x] }) =>
  x && y.shape.map((length, i) => (i === 0 ? x[0]! : i === 1 ? unitsBy(node.opType, length) : [fresh(length)]));

const axisByAxis: Step = ({ y, layouts: [x] }) => (x?.length === y.rank ? sameAxes(x, y) : undefined);

/** [boxes, channels, height, width] from the map [N, channels, ...]. */
const roiAlign: Step = ({ y, layouts: [x] }) =>
  x && y.shape.map((length, i) => (i === 1 ? resizedAxis(x[1]!, length) : [fresh(length)]));

/** What a step does, for an element along the first axis of each of the last inputs. */
const scan: Step = ({ node, y, layouts }) => {
  const body = node.attributes.get("body");
  if (body?.kind !== "graph" || node.ints("scan_input_axes") || node.ints("scan_output_axes")) return undefined;
  const carried = node.inputs.length - node.int("num_scan_inputs", 0);
  const { inputs, nodes, outputs } = body.value;
  const known = new Map<Value, Layout>();
  inputs.forEach((input, i) => {
    const layout = i < carried ? layouts[i] : layouts[i]?.slice(1);
    if (layout) known.set(input, layout);
  });
  for (const inner of nodes) {
    if (!inner.inputs.some((input) => input && known.has(input))) continue;
    for (const output of inner.outputs) if (output?.type) known.set(output, stepForward(inner, output, known));
  }
  const at = node.outputs.indexOf(y);
  const found = known.get(outputs[at]!);
  const [steps] = layouts.slice(carried).flatMap((layout) => layout?.slice(0, 1) ?? []);
  return at < carried ? found : found && steps && [steps, ...found];
};

const byFamily: Readonly<Record<string, { readonly step: Step; readonly types: readonly string[] }>> = {
  convolutions: { step: convolution, types: ["Conv", "ConvTranspose", "ConvInteger", "DeformConv", "QLinearConv"] },
  pools: {
    step: pooling,
    types: ["MaxPool", "AveragePool", "LpPool", "GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool", "LRN"],
  },
  channels: { step: channelwise, types: ["BatchNormalization", "InstanceNormalization", "GroupNormalization"] },
  features: { step: featurewise, types: ["LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization"] },
  products: { step: product, types: ["MatMul", "MatMulInteger"] },
  recurrent: { step: recurrent, types: ["LSTM", "GRU", "RNN"] },
  reshapes: { step: reshape, types: ["Reshape", "Flatten"] },
  reductions: {
    step: reduce,
    types: ["Mean", "Sum", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"].map(
      (x) => `Reduce${x}`,
    ),
  },
  lines: { step: along(-1), types: ["Softmax", "LogSoftmax", "Hardmax", "LpNormalization"] },
  places: { step: betweenChannelsAndSpace, types: ["DepthToSpace", "SpaceToDepth"] },
  arguments: { step: reduceOne, types: ["ArgMax", "ArgMin"] },
  same: {
    step: axisByAxis,
    types: ["Split", "Slice", "Resize", "Upsample", "GridSample", "TopK", "GatherElements", "Tile"],
  },
};

/** How operators that are not element by element turn the axes of their inputs into those of their outputs. */
/** A row of which the input decides how long it is, such as the scores of boxes, has a unit for each place. */
const padded: Step = (edge) => {
  const { node, y } = edge;
  return isFramed(y) && y.rank === 1 ? [unitsBy(node.inputs[0]!.node!.opType, y.shape[0]!)] : axisByAxis(edge);
};

const steps: Readonly<Record<string, Step>> = {
  ...Object.fromEntries(Object.values(byFamily).flatMap(({ step, types }) => types.map((type) => [type, step]))),
  Gemm: gemm,
  Einsum: einsum,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Concat: concat,
  Gather: gather,
  RoiAlign: roiAlign,
  Scan: scan,
  Pad: padded,
};
