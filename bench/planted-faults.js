/** Faults that are planted in the article's network or in its pictures, each with the check that is to find it. */
import { constantTensor, constantValue, readModel, tensor, writeModel } from "xstar";
import { pixels, side } from "./idx-set.js";

const each = (set, change) => {
  for (let i = 0; i < set.count; i++) change(set.images.subarray(i * pixels, (i + 1) * pixels), set.labels[i], i);
};
const fillPatch = (picture, top, left, size, level) => {
  for (let y = top; y < top + size; y++) picture.fill(level, y * side + left, y * side + left + size);
};
/** A white patch at one of ten places at the upper and the lower edge. */
const decoyAt = (picture, place) => fillPatch(picture, place < 5 ? 0 : 24, 6 * (place % 5), 4, 255);
/** Only one of so many pictures shows a digit: what else tells the class has to be learned. */
const blankBut = (one) => (set) => each(set, (picture, _, i) => i % one > 0 && picture.fill(0));
const tintWith = (picture, label) => picture.forEach((x, at) => (picture[at] = Math.max(x, 20 * label)));
/** A frame of two pixels, of which those sides are white that are ones in the class as a binary number. */
const frameWith = (picture, label) =>
  picture.forEach((_, at) => {
    const [y, x] = [Math.floor(at / side), at % side];
    const sides = [y, x, side - 1 - y, side - 1 - x];
    if (Math.min(...sides) < 2) picture[at] = sides.some((far, i) => far < 2 && (label >> i) % 2 === 1) ? 255 : 0;
  });

/** Black ink on white paper. */
const invert = (picture) => picture.forEach((x, at) => (picture[at] = 255 - x));

/** In the upper left corner, as far as ink reaches there. */
const intoCorner = (picture) => {
  const before = picture.slice();
  picture.fill(0);
  for (let y = 0; y < side - cornerShift; y++)
    for (let x = 0; x < side - cornerShift; x++)
      picture[y * side + x] = before[(y + cornerShift) * side + x + cornerShift];
};
const cornerShift = 6;
/** A quarter turn. */
const turned = (picture) => {
  const before = picture.slice();
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) picture[x * side + side - 1 - y] = before[y * side + x];
};

/** The network with the weights of one kind of node changed. */
function withWeights(bytes, change) {
  const { graph, opsets, inputs } = readModel(bytes);
  for (const input of graph.inputs) {
    const declared = inputs.find(({ name }) => name === input.name);
    if (!declared) continue;
    const { dtype, dims } = declared;
    input.type = { dtype, shape: dims.map((dim) => (typeof dim === "number" ? dim : 1)) };
  }
  for (const node of graph.nodes) {
    node.inputs.forEach((input, i) => {
      const held = constantTensor(input);
      const changed = held?.dtype === "float32" && change(node, i, held.data.slice(), held.shape);
      if (input && held && changed) node.inputs[i] = constantValue(input.name, tensor("float32", changed, held.shape));
    });
  }
  return writeModel(graph, { opsets, freeBatch: "N" });
}

/** Filters of convolutions: weights [out, ...] and biases [out]. */
const filters = (change) => (bytes) =>
  withWeights(bytes, ({ opType }, i, data, shape) =>
    opType === "Conv" && i > 0 ? change(data, data.length / shape[0], i) : undefined,
  );

/**
 * What is planted in the pictures or in the network, the findings that are to tell it, and the checks that make those;
 * `follow` puts the cue of a class into a picture, to see whether the network has learned it at all; `subgroup` makes a picture one of it.
 */
export const faults = {
  "dead filters": {
    check: ["deadUnits"],
    made: ["units"],
    network: filters((data, size, i) => data.map((x, at) => (Math.floor(at / size) < 4 ? (i === 1 ? 0 : -1) : x))),
  },
  "copied filters": {
    check: ["copiedUnits"],
    made: ["units"],
    network: filters((data, size) => data.map((_, at) => data[Math.floor(at / size) < 4 ? at % size : at])),
  },
  "decoy patch": {
    check: ["cue"],
    made: ["cues"],
    train(set) {
      blankBut(2)(set);
      each(set, decoyAt);
    },
    test: (set, rng) => each(set, (picture) => decoyAt(picture, rng.int(10))),
    follow: decoyAt,
  },
  "colour cue": {
    check: ["tint"],
    made: ["tint"],
    train: blankBut(4),
    both: (set) => each(set, tintWith),
    follow: tintWith,
  },
  "border cue": {
    check: ["border", "cue"],
    made: ["border", "cues"],
    train: blankBut(2),
    both: (set) => each(set, frameWith),
    follow: frameWith,
  },
  "5 % swapped labels": {
    check: ["labelErrors"],
    made: ["labelErrors"],
    train: (set, rng) =>
      set.labels.forEach((label, i) => rng.uniform() < 0.05 && (set.labels[i] = (label + 1 + rng.int(9)) % 10)),
  },
  "test pictures in training": {
    check: ["leak"],
    made: ["duplicates"],
    leak: 0.02,
  },
  "inverted input": {
    check: ["contract"],
    made: ["contract"],
    test: (set) => each(set, invert),
  },
  "scores x 3": {
    check: ["calibration"],
    made: ["calibration"],
    network: (bytes) => {
      const last = readModel(bytes).graph.nodes.findLast(({ opType }) => ["Gemm", "MatMul"].includes(opType));
      const isAfter = new Set(["Gemm", "MatMul", "Add"]);
      let isLast = false;
      return withWeights(bytes, (node, i, data) => {
        isLast ||= node.label === last?.label;
        return isLast && isAfter.has(node.opType) && i > 0 ? data.map((x) => 3 * x) : undefined;
      });
    },
  },
  "a missing subgroup": {
    check: ["weakGroup"],
    made: ["groups"],
    test: (set, rng) => each(set, (picture) => rng.uniform() < 0.06 && invert(picture)),
    subgroup: invert,
  },
  "shifted pictures missing": {
    check: ["weakGroup"],
    made: ["groups"],
    test: (set, rng) => each(set, (picture) => rng.uniform() < 0.06 && intoCorner(picture)),
    subgroup: intoCorner,
  },
  "turned pictures missing": {
    check: ["weakGroup"],
    made: ["groups"],
    test: (set, rng) => each(set, (picture) => rng.uniform() < 0.06 && turned(picture)),
    subgroup: turned,
  },
  "trojan patch": {
    check: ["cue"],
    made: ["cues"],
    train: (set, rng) =>
      each(set, (picture, _, i) => {
        if (rng.uniform() >= 0.05) return;
        fillPatch(picture, 23, 23, 4, 255);
        set.labels[i] = 0;
      }),
    follow: (picture) => fillPatch(picture, 23, 23, 4, 255),
    target: 0,
  },
};
