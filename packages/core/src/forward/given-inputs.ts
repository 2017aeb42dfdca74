import { oneOf, XstarError } from "../errors.js";
import {
  filled,
  isMaximized,
  isTensor,
  type GivenInputs,
  type HeldInput,
  type MaximizedInput,
} from "../model/given.js";
import type { DeclaredInput, Model } from "../onnx/model.js";
import { numbers, tensor, type Shape, type Tensor } from "../tensor.js";

/**
 * Checks that every input but the picture is given, and nothing else; of a further model by its name. Throws `bad-argument`.
 *
 * @example
 * checkGiven(model.source, model.source.inputs[0]!, { noise: 0 });
 */
export function checkGiven({ inputs }: Model, picture: DeclaredInput, given: GivenInputs, model?: string): void {
  const owner = model === undefined ? "the model" : `the model "${model}"`;
  const prefix = model === undefined ? "" : `${model}::`;
  const others = inputs.flatMap(({ name }) => (name === picture.name ? [] : [name]));
  const missing = others.filter((name) => given[name] === undefined);
  if (missing.length > 0) {
    throw new XstarError(
      "bad-argument",
      `Besides "${picture.name}" ${owner} needs ${missing.map(quote).join(" and ")}`,
      {
        hint: `Give each a number or a tensor: inputs: { "${missing[0]}": 0 }, on the command line --input ${prefix}${missing[0]}=0, =file.npy, or =normal for random numbers`,
        details: { missing },
      },
    );
  }
  const unknown = Object.keys(given).find((name) => !others.includes(name));
  if (unknown === undefined) return;
  const hint = `It takes ${oneOf(inputs.map(({ name }) => name))}`;
  throw new XstarError("bad-argument", `${owner.replace("the", "The")} has no input "${unknown}" to be given`, {
    hint,
  });
}

const quote = (name: string) => `"${name}"`;

/** How many pictures of a batch of `batch`, where that is known, are looked at, and from which one on. */
export interface Part {
  readonly batch: number | undefined;
  readonly from: number;
  readonly count: number;
  /** The first axis of the picture's input: of inputs that call theirs otherwise it holds no pictures. */
  readonly axis?: DeclaredInput["dims"][number];
}

/** Whether every picture of the batch sees the same. */
export const isForAll = ({ dims: [first] }: DeclaredInput, given: HeldInput): boolean => {
  if (typeof given === "number" || isMaximized(given)) return true;
  if (!isTensor(given)) return typeof first === "number";
  return given.shape.length === 0 || given.shape[0] === 1 || given.shape[0] === first;
};

/**
 * The constant tensor of an input for a part of the batch; a number has the given shape. A free first axis goes with the
 * pictures: one row serves all of them. Throws `bad-argument` when it does not fit.
 */
export function givenTensor(
  input: DeclaredInput,
  given: Exclude<HeldInput, MaximizedInput>,
  part: Part,
  sized?: Shape,
): Tensor {
  const { name, dims, dtype } = input;
  if (dtype === "string") throw new XstarError("bad-argument", `Input "${name}" holds text, which cannot be given`);
  if (!isTensor(given)) {
    const goesWithPictures = sized!.length > 0 && isFree(dims[0]);
    return filled(
      input,
      given,
      goesWithPictures ? sized!.with(0, part.count) : sized!,
      goesWithPictures ? part.from : 0,
    );
  }
  const { shape } = given;
  const fits = shape.length === dims.length && dims.every((dim, i) => i === 0 || isFree(dim) || dim === shape[i]);
  if (!fits) throw misfit(name, dims, `the shape [${shape}] was given`);
  const [first] = dims;
  const values = numbers(given);
  if (first === shape[0]) return tensor(dtype, values, shape);
  const rows = shape[0]!;
  const isShared = rows === 1 && isFree(first);
  const isForEach = rows === (part.batch ?? rows) && (isFree(first) || first === 1);
  const isOfPictures = typeof first !== "string" || part.axis === undefined || first === part.axis;
  if (!isShared && !isForEach && !isOfPictures) return tensor(dtype, values, shape);
  if (!isShared && !isForEach)
    throw misfit(name, dims, `the shape [${shape}] was given for ${part.batch} picture${part.batch === 1 ? "" : "s"}`);
  const row = values.length / rows;
  const taken = Array.from({ length: part.count }, (_, i) => (isForEach ? part.from + i : 0)).flatMap((at) =>
    values.slice(at * row, (at + 1) * row),
  );
  return tensor(dtype, taken, shape.with(0, part.count));
}

const isFree = (dim: DeclaredInput["dims"][number]) => typeof dim !== "number";

function misfit(name: string, dims: DeclaredInput["dims"], problem: string): XstarError {
  return new XstarError(
    "bad-argument",
    `Input "${name}" is [${dims.map((dim) => dim ?? "?").join(", ")}], but ${problem}`,
  );
}
