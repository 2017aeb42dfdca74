import {
  resizeImage,
  type ExplainedPicture,
  type Explainer,
  type Explanation,
  type SeenPicture,
  type Tensor,
} from "@xstar/core";

/** What a target is worth when a part of the picture is covered. */
export interface Intervention {
  /** The picture as it is. */
  readonly whole: number;
  /** The part that the map marks is blurred. */
  readonly without: number;
  /** All but that part is blurred. */
  readonly only: number;
}

/** Where a map is warm, and what happens to the answer without it. */
export interface RestsOn {
  /** The smallest share of the picture that holds half of the heat. */
  readonly share: number;
  /** 1 for the pixels of that share, [height, width]. */
  readonly part: Tensor<"float32">;
  /** Whether the numbers are probabilities; else they are values of the target. */
  readonly isProbability: boolean;
  readonly tested: Intervention;
}

/** Of the heat, so much makes the part that is tested. */
const heat = 0.5;

/** The smallest part of a picture that holds half of what speaks for the target. */
export function warmestPart(map: Tensor): Pick<RestsOn, "share" | "part"> {
  const values = map.data as Float32Array;
  const least = values.reduce((a, b) => Math.min(a, b), Infinity);
  // what is nowhere 0 is measured from its least value
  const above = Float32Array.from(values, (x) => Math.max(0, x - Math.max(0, least)));
  const order = Uint32Array.from(above, (_, i) => i).sort((a, b) => above[b]! - above[a]! || a - b);
  const total = above.reduce((a, b) => a + b, 0);
  const part = new Float32Array(values.length);
  let [sum, count] = [0, 0];
  for (const at of order) {
    if (sum >= heat * total) break;
    sum += above[at]!;
    count++;
    part[at] = 1;
  }
  return {
    share: count / values.length,
    part: { dtype: "float32", shape: map.shape, data: part },
  };
}

/** So much smaller a picture is made and enlarged again to be blurred. */
const coarse = 12;

/** A picture [channels, height, width] of which only the coarsest forms are left. */
export function blurPicture(picture: Tensor): Tensor {
  const [, height, width] = picture.shape as [number, number, number];
  const small = resizeImage(picture, Math.max(1, Math.round(height / coarse)), Math.max(1, Math.round(width / coarse)));
  return resizeImage(small, height, width);
}

/** `inside` where the mask [height, width] is 1, else `outside`. */
export function composite(inside: Tensor, outside: Tensor, mask: Tensor): Tensor<"float32"> {
  const [a, b, m] = [inside.data, outside.data, mask.data] as [Float32Array, Float32Array, Float32Array];
  const data = a.map((x, i) => {
    const share = m[i % m.length]!;
    return share * x + (1 - share) * b[i]!;
  });
  return { dtype: "float32", shape: inside.shape, data };
}

/** What the explained target is worth in another look at a picture: the probability of its class, else its value. */
export const worthOf = (
  { class: chosen }: Pick<ExplainedPicture, "class">,
  { value, probabilities }: SeenPicture,
): number => (chosen !== null && probabilities ? probabilities[chosen]! : value);

/**
 * Blurs the part that a map marks, and all but it, and asks the network again.
 *
 * @example
 * const explained = await explainer(photo);
 * const { share, tested } = await restsOn(explainer, photo, explained, explained.maps[0]);
 */
export async function restsOn(
  explainer: Pick<Explainer, "look">,
  picture: Tensor,
  explained: ExplainedPicture,
  { map }: Explanation,
): Promise<RestsOn> {
  const { share, part } = warmestPart(map);
  const blurred = blurPicture(picture);
  const seen = async (one: Tensor) => worthOf(explained, await explainer.look(one));
  return {
    share,
    part,
    isProbability: explained.class !== null && explained.probabilities !== null,
    tested: {
      whole: worthOf(explained, explained),
      without: await seen(composite(blurred, picture, part)),
      only: await seen(composite(picture, blurred, part)),
    },
  };
}
