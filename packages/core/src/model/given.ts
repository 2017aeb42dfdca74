import type { DeclaredInput } from "../onnx/model.js";
import { numbers, size, tensor, type Shape, type Tensor } from "../tensor.js";

/** What inputs hold, by name: a tensor, or one number everywhere. */
export type GivenInputs = Readonly<Record<string, Tensor | number>>;

/** The shapes of inputs, with those of the tensors among what is given. */
export const withGivenShapes = (shapes: ReadonlyMap<string, Shape>, given: GivenInputs): Map<string, Shape> =>
  new Map([
    ...shapes,
    ...Object.entries(given).flatMap(([name, held]) => (typeof held === "number" ? [] : [[name, held.shape] as const])),
  ]);

/** An input that holds one number everywhere. */
export const filled = ({ dtype }: DeclaredInput, value: number, shape: Shape): Tensor =>
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
      if (held === undefined) return [];
      if (typeof held === "number") return [[input.name, filled(input, held, shapes.get(input.name) ?? [])]];
      if (held.dtype === input.dtype || input.dtype === "string") return [[input.name, held]];
      return [[input.name, tensor(input.dtype, numbers(held), held.shape)]];
    }),
  );
}
