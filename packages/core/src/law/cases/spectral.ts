import { constant, fed, floats, uniform, type Case, type CaseAttribute, type Cases } from "../case.js";

type Attributes = Readonly<Record<string, CaseAttribute>>;
const x = (...shape: readonly number[]) => uniform(-1, 1, shape);
const number = (value: number) => constant([value], []);

interface Transform {
  readonly length?: number;
  readonly axis?: number;
  readonly attributes?: Attributes;
}

const fourier = (shape: readonly number[], { length, axis, attributes = {} }: Transform = {}): Case => {
  const size = length === undefined ? undefined : number(length);
  const along = axis === undefined ? [] : [number(axis)];
  return { inputs: [x(...shape), ...(size || axis !== undefined ? [size] : []), ...along], attributes };
};

const older = (shape: readonly number[], attributes: Attributes, length?: number): Case => ({
  ...fourier(shape, { attributes, ...(length !== undefined && { length }) }),
  opset: 17,
});

const frames = (signal: readonly number[], window: readonly number[] | undefined, rest: Partial<Case> = {}): Case => ({
  inputs: [x(...signal), number(3), window && floats(window), number(5)],
  ...rest,
});

export const spectral: Cases = {
  DFT: [
    fourier([2, 6, 1]),
    fourier([2, 5, 2], { axis: 1 }),
    fourier([2, 6, 1], { attributes: { onesided: 1 } }),
    fourier([2, 5, 1], { attributes: { onesided: 1 }, length: 8 }),
    fourier([2, 5, 1], { length: 3 }),
    fourier([4, 3, 2], { axis: 0, length: 6 }),
    fourier([4, 3, 2], { axis: -3, length: 3 }),
    fourier([2, 4, 2], { attributes: { inverse: 1 } }),
    fourier([2, 4, 2], { attributes: { inverse: 1 }, length: 6 }),
    older([2, 6, 1], {}),
    older([2, 3, 6, 2], { axis: 2, inverse: 1 }),
    older([2, 6, 1], { onesided: 1 }, 4),
  ],
  STFT: [
    frames([2, 14, 1], undefined),
    frames([2, 14, 1], [0.1, 0.5, 1, 0.6, 0.2]),
    frames([1, 14, 1], [0.1, 0.5, 1, 0.6, 0.2], { attributes: { onesided: 0 } }),
    { inputs: [x(1, 12, 1), number(4), uniform(0.1, 1, [4])], opset: 17 },
  ],
  MelWeightMatrix: [
    {
      inputs: [number(4), number(16), number(8000), fed(floats([100], [])), uniform(3000, 3500, [])],
      expects: "zero",
    },
  ],
};
