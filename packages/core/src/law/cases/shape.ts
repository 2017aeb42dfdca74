import { constant, uniform, type Cases } from "../case.js";

const x = (...shape: number[]) => uniform(-1, 1, shape);

export const shape: Cases = {
  Reshape: [
    { inputs: [x(2, 3, 4), constant([4, 6])] },
    { inputs: [x(2, 3, 4), constant([0, -1])], opset: 7 },
    { inputs: [x(6), constant([2, 1, 3])], attributes: { allowzero: 1 } },
    { inputs: [x(1), constant([], [0])] },
  ],
  Flatten: [
    { inputs: [x(2, 3, 4)] },
    { inputs: [x(2, 3, 4)], attributes: { axis: -1 } },
    { inputs: [x(2, 3, 4)], attributes: { axis: 0 }, opset: 7 },
  ],
  Squeeze: [
    { inputs: [x(1, 3, 1), constant([0])] },
    { inputs: [x(1, 3, 1), constant([-1, 0])] },
    { inputs: [x(1, 3, 1)] },
    { inputs: [x(1, 3, 1)], attributes: { axes: [2] }, opset: 7 },
    { inputs: [x(1, 3, 1)], opset: 11 },
  ],
  Unsqueeze: [
    { inputs: [x(2, 3), constant([0, -1])] },
    { inputs: [x(), constant([0])] },
    { inputs: [x(2, 3)], attributes: { axes: [1, 3] }, opset: 7 },
    { inputs: [x(2, 3)], attributes: { axes: [-1] }, opset: 11 },
  ],
  Transpose: [
    { inputs: [x(2, 3, 4)] },
    { inputs: [x(2, 3, 4)], attributes: { perm: [1, 2, 0] } },
    { inputs: [x(2, 1, 3, 2, 2)], attributes: { perm: [4, 0, 3, 1, 2] }, opset: 7 },
  ],
  Expand: [
    { inputs: [x(3, 1), constant([2, 1, 4])] },
    { inputs: [x(2, 3), constant([1])] },
    { inputs: [x(), constant([2, 2])], opset: 8 },
  ],
  Tile: [
    { inputs: [x(2, 3), constant([2, 3])] },
    { inputs: [x(4), constant([3])] },
    { inputs: [x(1, 2, 1, 2), constant([2, 1, 3, 2])], opset: 7 },
  ],
  Concat: [
    { inputs: [x(2, 3), x(2, 1)], attributes: { axis: 1 } },
    { inputs: [x(2, 3), x(1, 3), x(3, 3)], attributes: { axis: -2 } },
    { inputs: [x(2, 3)], attributes: { axis: 0 }, opset: 7 },
  ],
  Split: [
    { inputs: [x(2, 6), constant([2, 1, 3])], attributes: { axis: 1 }, outputs: 3 },
    { inputs: [x(6, 2)], attributes: { num_outputs: 3 }, outputs: 3 },
    { inputs: [x(2, 7)], attributes: { axis: -1, num_outputs: 3 }, outputs: 3 },
    { inputs: [x(2, 6), constant([2, 4])], attributes: { axis: -1 }, outputs: 2, opset: 13 },
    { inputs: [x(2, 6)], attributes: { axis: 1 }, outputs: 3, opset: 13 },
    { inputs: [x(2, 6)], attributes: { axis: 1, split: [1, 5] }, outputs: 2, opset: 7 },
    { inputs: [x(4, 2)], outputs: 2, opset: 11 },
  ],
  DepthToSpace: [
    { inputs: [x(2, 8, 2, 3)], attributes: { blocksize: 2 } },
    { inputs: [x(1, 9, 1, 2)], attributes: { blocksize: 3, mode: "CRD" } },
    { inputs: [x(1, 4, 2, 2)], attributes: { blocksize: 2 }, opset: 7 },
  ],
  SpaceToDepth: [
    { inputs: [x(2, 2, 4, 6)], attributes: { blocksize: 2 } },
    { inputs: [x(1, 1, 3, 6)], attributes: { blocksize: 3 }, opset: 7 },
  ],
  Trilu: [
    { inputs: [x(3, 4)] },
    { inputs: [x(2, 4, 3), constant([-1], [])], attributes: { upper: 0 } },
    { inputs: [x(4, 4), constant([1], [])], attributes: { upper: 1 }, opset: 14 },
  ],
};
