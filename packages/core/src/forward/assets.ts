import type { Assets, Generator } from "../define/parameterization.js";
import { parseSpec } from "../define/definition.js";
import type { Vocabulary } from "../define/vocabulary.js";
import { suggest, XstarError } from "../errors.js";
import { resizeImage } from "../math/resize-image.js";
import { size, type Tensor } from "../tensor.js";
import { buildForward, type PreparedModel } from "./prepare-model.js";

/** Pictures that specs name: one, or several that are looked at together. */
export type Images = Readonly<Record<string, Tensor | readonly Tensor[]>>;

/** The pictures and generators that specs may name. */
export function createAssets(
  { parameterization: table }: Pick<Vocabulary, "parameterization">,
  images: Images,
  generators: ReadonlyMap<string, PreparedModel>,
): Assets {
  const all = (name: string) => {
    const found = Object.hasOwn(images, name) ? images[name] : undefined;
    if (!found) throw unknown("picture", name, Object.keys(images));
    return listOf(found);
  };
  const held = (name: string) => {
    const [image, ...others] = all(name);
    if (image && others.length === 0) return image;
    throw new XstarError("bad-argument", `"${name}" is ${others.length + 1} pictures, where one is needed`);
  };
  return {
    parameterization: (spec) => parseSpec(table, spec, "parameterization"),
    images: all,
    image: (name, height, width, index) =>
      resizeImage(index === undefined ? held(name) : all(name)[index]!, height, width),
    imageSize(name) {
      const [, height, width] = held(name).shape as [number, number, number];
      return { height, width };
    },
    generator(name): Generator {
      const batched = generators.get(name);
      if (!batched) throw unknown("generator", name, [...generators.keys()]);
      return {
        latent: batched.shape.slice(1),
        range: rangeOf(batched),
        build: (op, latent) => buildForward(op, batched, latent, { scope: "generator/" }).output(),
      };
    },
  };
}

/** What ends in a tanh goes from -1 to 1; anything else is taken for 0 to 1. */
function rangeOf({ normalized }: PreparedModel): readonly [number, number] {
  const passing = new Set(["Identity", "Reshape", "Transpose", "Cast", "Flatten", "Squeeze", "Unsqueeze"]);
  let node = normalized.graph.outputs[0]!.node;
  while (node && passing.has(node.opType)) node = node.inputs[0]?.node;
  return node?.opType === "Tanh" ? [-1, 1] : [0, 1];
}

/** Throws `bad-argument` naming the first picture that is not [channels, height, width] of finite float32 numbers. */
export function checkImages(images: Images): void {
  const all = Object.entries(images).flatMap(([name, some]) => listOf(some).map((image) => [name, image] as const));
  for (const [name, image] of all) {
    const problem = imageProblem(image);
    if (!problem) continue;
    throw new XstarError("bad-argument", `The picture "${name}" ${problem}`, {
      hint: "Give a float32 tensor [channels, height, width] with 0 for black and 1 for white",
    });
  }
}

const listOf = (some: Tensor | readonly Tensor[]): readonly Tensor[] => (Array.isArray(some) ? some : [some as Tensor]);

function imageProblem(image: Tensor): string | undefined {
  if (!Array.isArray(image?.shape)) return "is no tensor";
  const { dtype, shape, data } = image;
  if (shape.length !== 3 || shape.some((n) => !(n > 0))) return `has shape [${shape}], not [channels, height, width]`;
  if (dtype !== "float32") return `is ${dtype}, not float32`;
  if (data.length !== size(shape)) return `of shape [${shape}] has ${data.length} values, not ${size(shape)}`;
  const at = (data as Float32Array).findIndex((x) => !Number.isFinite(x));
  return at < 0 ? undefined : `has a value that is no finite number: ${data[at]}`;
}

function unknown(what: string, name: string, names: readonly string[]): XstarError {
  return new XstarError("bad-argument", `There is no ${what} "${name}"`, { hint: suggest(name, names) });
}
