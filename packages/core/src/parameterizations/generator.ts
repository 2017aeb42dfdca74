import { defineParameterization } from "../define/define.js";
import { asset, optional, range } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { size, type Shape } from "../tensor.js";
import { normals } from "./random.js";

export const generator = defineParameterization({
  type: "generator",
  doc: "The latent vector of a model that makes pictures, drawn from a normal distribution (Nguyen et al. 2016)",
  params: {
    model: asset("model", "the model: its first output is the picture, its input without a value the latent"),
    range: {
      ...range("the numbers in the model's picture that are black and white: 0,1 after a sigmoid, -1,1 after a tanh"),
      fallback: [0, 1] as const,
    },
    bounds: optional(range("the numbers that the latent is kept between, by clipping after each step")),
  },
  initial: ({ model }, shape, rngs, assets) => ({
    latent: normals([shape[0]!, ...assets.generator(model).latent], rngs),
  }),
  build({ model, range: [low, high] }, { latent }, { op, shape, assets }) {
    const picture = asPicture(op, assets.generator(model).build(op, latent!), shape, model);
    return op.div(op.sub(picture, low), high - low);
  },
  project: ({ bounds }, { latent }, { op }) => ({ latent: bounds ? op.clip(latent!, ...bounds) : latent! }),
});

/** [batch, channels, height, width] from that, from channels last, from no channels, or from one flat axis. */
function asPicture(op: Ops, made: Value, shape: Shape, model: string): Value {
  const channels = shape[1];
  const isChannels = (n: number | undefined) => n === channels || n === 1;
  if (made.rank === 4 && isChannels(made.shape[1])) return made;
  if (made.rank === 4 && isChannels(made.shape[3])) return op.transpose(made, [0, 3, 1, 2]);
  if (made.rank === 3) return op.unsqueeze(made, [1]);
  if (made.rank === 2 && size(made.shape) === size(shape)) return op.reshape(made, shape);
  throw new XstarError(
    "bad-argument",
    `The generator "${model}" makes [${made.shape}], which is no picture [${shape}]`,
  );
}
