import { defineParameterization } from "../define/parameterization.js";
import { asset, fixed, optional, range } from "../define/fields.js";
import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import type { Rng } from "../rng.js";
import { size, type Shape } from "../tensor.js";
import { drawEach } from "../starts/random.js";

/** Standard deviations within which a latent stays by default: beyond them no training picture was. */
const usual = 3;

/** The standard deviations that a variable of 1 stands for: steps that suit pixels leave a class for its neighbours. */
const unit = 0.3;

interface LatentParams {
  readonly deviation: number;
  readonly bounds: readonly [number, number] | undefined;
}

/**
 * The latent vector of a model that makes pictures, drawn from a normal distribution (Nguyen et al. 2016).
 *
 * @example
 * generator({ model: "decoder" });
 */
export const generator = defineParameterization({
  type: "generator",
  example: { model: "decoder" },
  doc: "The latent vector of a model that makes pictures, drawn from a normal distribution (Nguyen et al. 2016)",
  params: {
    model: asset("model", "the model: its first output is the picture, its input without a value the latent"),
    range: optional(
      range(
        "the numbers in the model's picture that are black and white; left out: -1,1 where the model ends in a tanh, else 0,1",
      ),
    ),
    deviation: fixed("standard deviation of the latents that the model makes good pictures of", {
      above: 0,
      fallback: 1,
    }),
    bounds: optional(
      range("the numbers that the latent is kept between, by clipping; left out: three deviations on both sides of 0"),
    ),
  },
  // a decoder of few numbers has hills all around a class, and one start finds the nearest
  restarts: () => 256,
  initial({ model, ...params }, shape, rngs, assets) {
    const [low, high] = boundsOf(params);
    const draw = (rng: Rng) => Math.min(Math.max(rng.normal() / unit, low), high);
    const own = [shape[0]!, ...assets.generator(model).latent];
    return { latent: drawEach(own, rngs, draw) };
  },
  build({ model, range: given, deviation }, { latent }, { op, shape, assets }) {
    const generated = assets.generator(model);
    const [low, high] = given ?? generated.range;
    const made = generated.build(op, op.mul(latent!, deviation * unit));
    return op.div(op.sub(asPicture(op, made, shape, model), low), high - low);
  },
  project: (params, { latent }, { op }) => ({ latent: op.clip(latent!, ...boundsOf(params)) }),
});

/** Of the variable, whose unit goes by the deviation so that a learning rate fits latents of any size. */
function boundsOf({ bounds, deviation }: LatentParams): readonly [number, number] {
  const [low, high] = bounds ?? [-usual * deviation, usual * deviation];
  return [low / (deviation * unit), high / (deviation * unit)];
}

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
