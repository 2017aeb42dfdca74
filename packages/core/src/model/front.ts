import { constantNumbers, type Node, type Value } from "../ir/graph.js";
import type { DeclaredInput, Model } from "../onnx/model.js";
import { size } from "../tensor.js";

/** What happens to the input before the first operator that weighs its pixels. */
export interface Front {
  /** What the input is moved by and divided by, in the input's own units. */
  readonly center: readonly number[];
  readonly spread: readonly number[];
  /** Types of the operators that do it. */
  readonly by: readonly string[];
  /** A Transpose brings channels from the last axis to the second. */
  readonly isMoved: boolean;
  /** The first Conv reads the input with this many channels on its second axis. */
  readonly channels: number | undefined;
}

/** Constants of more elements are no mean or deviation of channels. */
const largestRead = 16;

/** Operators that are followed at most. */
const longestFront = 16;

export function readFront({ graph, inputs }: Model, picture: DeclaredInput): Front {
  let value: Value = graph.inputs[inputs.indexOf(picture)]!;
  let scale = [1];
  let shift = [0];
  let isMoved = false;
  const by: string[] = [];
  const front = (channels?: number): Front => ({
    center: zip(scale, shift, (a, b) => (0 - b) / a),
    spread: scale.map((a) => 1 / a),
    by,
    isMoved,
    channels,
  });
  for (let i = 0; i < longestFront; i++) {
    const readers = graph.nodes.filter((node) => node.opType !== "Shape" && node.inputs.includes(value));
    const [node] = readers;
    const isPlain = node?.domain === "" && (readers.length === 1 || readers.every(({ opType }) => opType === "Conv"));
    if (!node || !isPlain) return front();
    if (node.opType === "Conv") {
      const perGroup = node.inputs[1]?.type?.shape[1];
      return front(node.inputs[0] === value && perGroup !== undefined ? perGroup * node.int("group", 1) : undefined);
    }
    const change = affine(node, value);
    if (change) {
      if (node.opType !== "Cast") by.push(node.opType);
      shift = zip(
        zip(shift, change.scale, (b, a) => b * a),
        change.shift,
        (b, c) => b + c,
      );
      scale = zip(scale, change.scale, (a, b) => a * b);
    } else if (keepsPixels(node)) {
      // a list of pictures is taken apart, and put together again
    } else if (node.opType === "Transpose" && String(node.ints("perm")) === "0,3,1,2") isMoved = true;
    else return front();
    const [output] = node.outputs;
    if (!output) return front();
    value = output;
  }
  return front();
}

const keepsPixels = ({ opType, outputs }: Node): boolean =>
  /^(Squeeze|Unsqueeze)$/.test(opType) || (opType === "Split" && outputs.length === 1);

/** What a node makes of one of its inputs, by channel, when that is x * scale + shift. */
function affine(node: Node, x: Value): { scale: number[]; shift: number[] } | undefined {
  const isFirst = node.inputs[0] === x;
  const other = small(node.inputs[isFirst ? 1 : 0]);
  switch (node.opType) {
    case "Identity":
    case "Cast":
      return { scale: [1], shift: [0] };
    case "Add":
      return other && { scale: [1], shift: other };
    case "Sub":
      return other && (isFirst ? { scale: [1], shift: other.map((c) => 0 - c) } : { scale: [-1], shift: other });
    case "Mul":
      return other && { scale: other, shift: [0] };
    case "Div":
      return other && isFirst ? { scale: other.map((c) => 1 / c), shift: [0] } : undefined;
    case "BatchNormalization": {
      const [mean, variance] = [small(node.inputs[3]), small(node.inputs[4])];
      if (!isFirst || !mean || !variance) return undefined;
      const scale = variance.map((v) => 1 / Math.sqrt(v + node.float("epsilon", 1e-5)));
      return { scale, shift: zip(mean, scale, (m, a) => 0 - m * a) };
    }
    default:
      return undefined;
  }
}

function small(value: Value | undefined): number[] | undefined {
  return value?.constant && size(value.constant.shape) <= largestRead ? constantNumbers(value) : undefined;
}

/** Element by element; one number goes with all of the other list. */
function zip(a: readonly number[], b: readonly number[], join: (a: number, b: number) => number): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => join(a[i % a.length]!, b[i % b.length]!));
}
