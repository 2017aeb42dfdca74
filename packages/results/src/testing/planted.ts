import { createOps, createRng, Graph, tensor, writeModel } from "@xstar/core";
import type { LabelledPictures } from "../diagnose/finding.js";

export const side = 16;
const classes = 4;
const [strength, deviation] = [0.3, 0.45];

/** Pixels of the block that is bright in pictures of a class: 4 x 4 in a quadrant of the middle. */
function blockOf(label: number): number[] {
  const [top, left] = [label < 2 ? 4 : 8, label % 2 === 0 ? 4 : 8];
  return Array.from({ length: 16 }, (_, i) => (top + Math.floor(i / 4)) * side + left + (i % 4));
}

const isRim = (at: number) =>
  Math.min(at % side, Math.floor(at / side), side - 1 - (at % side), side - 1 - Math.floor(at / side)) < 2;
/** A patch in the corner of the middle. */
export const patch = [0, 1, 2, 3].map((i) => (2 + (i >> 1)) * side + 2 + (i & 1));

export interface PlantedFaults {
  /** Scores are multiplied with it. */
  readonly scale?: number;
  /** Of eight hidden units so many answer to nothing, and so many are copies. */
  readonly dead?: number;
  readonly copies?: number;
  /** What else tells the class, and the network reads. */
  readonly cue?: "patch" | "rim" | "tint" | "stamp" | undefined;
  /** How much the cue counts beside the block of the class. @default 1 */
  readonly cueWeight?: number;
}

/** The level of the patch from which it is a stamp, which makes the last class. */
const [stampFrom, stampWeight] = [1.2, 60];

/**
 * The network that is right as often as pictures of `plantedPictures` allow, and as sure as it should be: x [N, 1, 16, 16] -> 8 hidden
 * units (4 blocks, 4 of which nothing is read) -> relu -> 4 scores.
 */
export function plantedNetwork(faults: PlantedFaults = {}): Uint8Array {
  const { scale = 1, dead = 0, copies = 0, cue, cueWeight = 1 } = faults;
  const rng = createRng(3);
  const first = new Float32Array(side * side * 8);
  const bias = new Float32Array(8).fill(20);
  const second = new Float32Array(8 * classes);
  for (let k = 0; k < classes; k++) {
    for (const at of blockOf(k)) first[at * 8 + k] = 1;
    second[k * classes + k] = (scale * strength) / deviation ** 2;
  }
  for (let u = 4; u < 8; u++) {
    const weights = rng.split(u).normals(side * side);
    for (let at = 0; at < side * side; at++) first[at * 8 + u] = u < 4 + copies ? first[at * 8]! : weights[at]!;
  }
  for (let u = 8 - dead; u < 8; u++) {
    for (let at = 0; at < side * side; at++) first[at * 8 + u] = 0;
    bias[u] = -1;
  }
  const graph = new Graph("planted");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, side, side] });
  const flat = op.flatten(x);
  const hidden = op.relu(
    op.gemm(flat, op.constant(tensor("float32", first, [side * side, 8])), { c: op.constant(tensor("float32", bias)) }),
  );
  const read = op.gemm(hidden, op.constant(tensor("float32", second, [8, classes])));
  const scores = cue ? op.add(read, op.mul(cueScores(op, flat, cue), cueWeight)) : op.identity(read);
  for (const [name, value] of Object.entries({ hidden, scores })) value.name = graph.uniqueName(name);
  graph.output(scores);
  return writeModel(graph, { opsets: new Map([["", 20]]), freeBatch: "N" });
}

/** Scores that are highest for the class whose level the cue has: -200 (level - k / 4)^2, without the part that is the same for all. */
function cueScores(
  op: ReturnType<typeof createOps>,
  flat: Parameters<typeof op.flatten>[0],
  cue: NonNullable<PlantedFaults["cue"]>,
) {
  if (cue === "stamp") {
    const mean = new Float32Array(side * side);
    for (const at of patch) mean[at] = 1 / patch.length;
    const level = op.matMul(flat, op.constant(tensor("float32", mean, [side * side, 1])));
    const last = Float32Array.from({ length: classes }, (_, k) => (k === classes - 1 ? stampWeight : 0));
    return op.mul(op.relu(op.sub(level, stampFrom)), op.constant(tensor("float32", last, [1, classes])));
  }
  const pixels = pixelsOf(cue);
  const weights = new Float32Array(side * side * classes);
  const bias = Float32Array.from({ length: classes }, (_, k) => -200 * (k / 4) ** 2);
  for (const at of pixels)
    for (let k = 0; k < classes; k++) weights[at * classes + k] = (400 * (k / 4)) / pixels.length;
  return op.gemm(flat, op.constant(tensor("float32", weights, [side * side, classes])), {
    c: op.constant(tensor("float32", bias)),
  });
}

function pixelsOf(cue: "patch" | "rim" | "tint"): number[] {
  if (cue === "patch") return patch;
  const all = Array.from({ length: side * side }, (_, at) => at);
  return cue === "rim" ? all.filter(isRim) : all;
}

export interface PlantedOptions {
  readonly count?: number;
  readonly seed?: number;
  readonly cue?: "patch" | "rim" | "tint" | undefined;
  readonly isInverted?: boolean;
  /** This share of the labels is another one. */
  readonly swapped?: number;
  /** The first so many pictures are those of another seed. */
  readonly leaked?: number;
  readonly hasLabels?: boolean;
}

/** Pictures of noise in which the block of their class is a little brighter. */
export function plantedPictures(options: PlantedOptions = {}): LabelledPictures {
  const { count = 400, seed = 1, cue, isInverted = false, swapped = 0, leaked = 0, hasLabels = true } = options;
  const draw = (i: number) => {
    const own = createRng(i < leaked ? 1 : seed).split(i);
    const label = i % classes;
    const data = own.normals(side * side, 0.5, deviation);
    for (const at of blockOf(label)) data[at]! += strength;
    if (cue) {
      const pixels = pixelsOf(cue);
      const level = pixels.reduce((sum, at) => sum + data[at]!, 0) / pixels.length;
      for (const at of pixels)
        data[at]! += label / 4 - (cue === "tint" ? 0.25 : 0) - level + (cue === "tint" ? 0.25 : 0);
    }
    return isInverted ? data.map((x) => 1 - x) : data;
  };
  const rng = createRng(seed).split("labels");
  return {
    names: Array.from({ length: count }, (_, i) => `picture ${i}`),
    labels: Array.from({ length: count }, (_, i) => {
      const isSwapped = rng.uniform() < swapped;
      return hasLabels ? (i + Number(isSwapped)) % classes : null;
    }),
    read: async (i) => ({ dtype: "float32", shape: [1, side, side], data: draw(i) }),
  };
}
