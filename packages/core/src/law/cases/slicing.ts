import { constant, floats, uniform, type Case, type Cases } from "../case.js";

const x = (...shape: number[]) => uniform(-1, 1, shape);
const max = 2 ** 31 - 1;

const slice = (shape: number[], starts: number[], ends: number[], axes?: number[], steps?: number[]): Case => ({
  inputs: [
    x(...shape),
    constant(starts),
    constant(ends),
    axes || steps ? constant(axes ?? starts.map((_, i) => i)) : undefined,
    steps && constant(steps),
  ].slice(0, steps ? 5 : axes ? 4 : 3),
});

const pad = (shape: number[], pads: number[], mode: string, axes?: number[], opset?: number): Case => ({
  inputs: axes ? [x(...shape), constant(pads), undefined, constant(axes)] : [x(...shape), constant(pads)],
  attributes: { mode },
  ...(opset !== undefined && { opset }),
});

export const slicing: Cases = {
  Slice: [
    slice([4, 5], [1, 0], [3, 4]),
    slice([4, 5], [1], [max], [1]),
    slice([4, 5], [-3], [-1], [-1]),
    slice([7, 3], [0], [max], [0], [2]),
    slice([7, 3], [1], [6], [0], [3]),
    slice([7, 3], [-1], [-max], [0], [-1]),
    slice([7, 3], [5], [0], [0], [-2]),
    slice([2, 3, 8], [6, -1], [-20, -4], [2, 1], [-3, -1]),
    slice([4, 5], [100], [-100], [1], [-4]),
    slice([6], [2], [3]),
    { inputs: [x(4, 5)], attributes: { starts: [1, -3], ends: [3, max] }, opset: 7 },
    { inputs: [x(4, 5)], attributes: { starts: [1], ends: [-1], axes: [1] }, opset: 9 },
    { ...slice([4, 5], [0], [5], [1], [2]), opset: 10 },
  ],
  Pad: [
    pad([2, 3], [0, 1, 2, 0], "constant"),
    pad([4, 5], [-1, 0, 1, -2], "constant"),
    { inputs: [x(2, 3), constant([1, 1, 0, 2]), floats([0.7], [])] },
    { inputs: [x(2, 3), constant([1, 1, 0, 2]), uniform(0.5, 1, [])] },
    pad([3, 4], [1, 2, 2, 3], "reflect"),
    pad([2, 2100], [1, 3, 0, 5], "reflect"),
    pad([1, 2, 4, 3], [0, 0, 3, 1, 0, 0, 1, 2], "reflect"),
    pad([3, 4], [1, 2, 2, 3], "edge"),
    pad([1, 2, 3, 2, 2], [0, 0, 1, 2, 0, 0, 0, 0, 1, 3], "edge"),
    pad([3, 4], [1, 2, 2, 3], "wrap"),
    pad([4, 5], [-1, 0, 2, 1], "edge"),
    pad([5, 5], [-1, 1, 1, -2], "reflect"),
    pad([2, 3, 4], [1, 2], "constant", [-1]),
    pad([2, 3, 4], [1, 1, 2, 0], "reflect", [2, 1]),
    { ...pad([2, 3, 4], [0, 1, 1, 0, 2, 0], "reflect"), opset: 11 },
    { ...pad([2, 3, 4], [0, 1, 1, 0, 2, 0], "edge"), opset: 13 },
    { inputs: [x(2, 3)], attributes: { pads: [0, 1, 2, 0], value: { float: 0.4 } }, opset: 7 },
    { inputs: [x(2, 3)], attributes: { pads: [1, 2, 0, 1], mode: "reflect" }, opset: 7 },
    { inputs: [x(2, 3)], attributes: { pads: [1, 2, 0, 1], mode: "edge" }, opset: 10 },
    { inputs: [x(3, 3)], attributes: { pads: [-1, 0, 0, -1] }, opset: 7 },
  ],
  CenterCropPad: [
    { inputs: [x(3, 6), constant([6, 3])] },
    { inputs: [x(2, 5, 4), constant([2, 7])], attributes: { axes: [1, -1] } },
  ],
  Compress: [
    { inputs: [x(3, 2), constant([0, 1, 1], [3], "bool")], attributes: { axis: 0 } },
    { inputs: [x(2, 3), constant([1, 0, 1], [3], "bool")], attributes: { axis: -1 } },
    { inputs: [x(2, 3), constant([0, 1, 0, 0, 1], [5], "bool")] },
    { inputs: [x(3, 2), constant([0, 1, 1], [3], "bool")], attributes: { axis: 0 }, opset: 9 },
  ],
};
