import type { DeclaredInput } from "../onnx/model.js";
import { XstarError } from "../errors.js";
import { createRng } from "../rng.js";
import { floatTypes, numbers, size, tensor, type Shape, type Tensor } from "../tensor.js";

/** Numbers that are drawn at random, once for a run: of mean 0 and deviation 1, or between 0 and 1. */
export interface DrawnInput {
  readonly drawn: "normal" | "uniform";
  readonly seed: number;
}

/** Numbers that are maximized together with the picture; they begin at random near 0. */
export interface MaximizedInput {
  readonly maximized: true;
}

/** What an input holds: a tensor, one number everywhere, random numbers, or what is maximized too. */
export type HeldInput = Tensor | number | DrawnInput | MaximizedInput;

/** What inputs hold, by name. */
export type GivenInputs = Readonly<Record<string, HeldInput>>;

/** Whether an input is given as a tensor, not as one number or as random ones. */
export const isTensor = (held: HeldInput): held is Tensor => typeof held === "object" && "data" in held;

export const isMaximized = (held: HeldInput | undefined): held is MaximizedInput =>
  typeof held === "object" && "maximized" in held;

/** The shapes of inputs, with those of the tensors among what is given. */
export const withGivenShapes = (shapes: ReadonlyMap<string, Shape>, given: GivenInputs): Map<string, Shape> =>
  new Map([
    ...shapes,
    ...Object.entries(given).flatMap(([name, held]) => (isTensor(held) ? [[name, held.shape] as const] : [])),
  ]);

/**
 * An input that holds one number everywhere, or random ones: of rows that go with pictures, each has its own, whatever else is in
 * the batch. Throws `bad-argument`.
 */
export const filled = (input: DeclaredInput, value: number | DrawnInput, shape: Shape, firstRow = 0): Tensor =>
  typeof value === "number" ? constantInput(input, value, shape) : drawnInput(input, value, shape, firstRow);

function drawnInput(
  { name, dtype }: DeclaredInput,
  { drawn, seed }: DrawnInput,
  shape: Shape,
  firstRow: number,
): Tensor {
  if (dtype === "string" || !floatTypes.has(dtype))
    throw new XstarError("bad-argument", `Input "${name}" holds ${dtype}, which is not drawn at random`, {
      hint: "Give it a number or a .npy file",
    });
  const rng = createRng(seed).split("input").split(name);
  const row = size(shape.slice(1));
  const rows = Array.from({ length: shape[0] ?? 1 }, (_, i) => {
    const own = rng.split(firstRow + i);
    return Array.from(drawn === "normal" ? own.normals(row, 0, 1) : own.uniforms(row, 0, 1));
  });
  return tensor(dtype, rows.flat(), shape);
}

const constantInput = ({ dtype }: DeclaredInput, value: number, shape: Shape): Tensor =>
  dtype === "string"
    ? { dtype, shape, data: Array.from({ length: size(shape) }, () => String(value)) }
    : tensor(
        dtype,
        Array.from({ length: size(shape) }, () => value),
        shape,
      );

/** What inputs of these shapes hold, each in its own type. */
export function givenTensors(
  inputs: readonly DeclaredInput[],
  given: GivenInputs,
  shapes: ReadonlyMap<string, Shape>,
): Map<string, Tensor> {
  return new Map(
    inputs.flatMap((input): (readonly [string, Tensor])[] => {
      const held = given[input.name];
      if (held === undefined || isMaximized(held)) return [];
      if (!isTensor(held)) return [[input.name, filled(input, held, shapes.get(input.name) ?? [])]];
      if (held.dtype === input.dtype || input.dtype === "string") return [[input.name, held]];
      return [[input.name, tensor(input.dtype, numbers(held), held.shape)]];
    }),
  );
}
