import { createRng, type ExplainedPicture, type Explainer, type Tensor } from "@xstar/core";
import { correlate } from "./correlation.js";
import { impute } from "./impute.js";
import { blurPicture, composite, worthOf } from "./rests-on.js";

/** What the target is worth when so much of a picture is changed, from share 0 to 1. */
export type ShareCurve = readonly (readonly [share: number, worth: number])[];

/** How far a map can be believed, by what happens to the answer when the picture is changed where the map says. */
export interface MapTruth {
  /** The warmest pixels are blurred first: the answer should fall soon. */
  readonly deletion: ShareCurve;
  /** The warmest pixels are shown first, on the blurred picture: the answer should rise soon. */
  readonly insertion: ShareCurve;
  /** Mean worth along the curves. */
  readonly deletionArea: number;
  readonly insertionArea: number;
  /**
   * Remove and debias (Rong et al., 2022): how much more the answer loses with the warmest pixels than with the coldest ones, filled in
   * from their neighbours; above 0 the map is better than its opposite.
   */
  readonly road: number;
  /** Sensitivity-n (Ancona et al., 2018): how the heat in random parts goes with what the answer loses without them, -1 to 1. */
  readonly sensitivity: number | null;
  /** Whether the warmest pixel lies in the box that was given. */
  readonly pointing: boolean | null;
}

/** How a map is tested. */
export interface TruthOptions {
  /** Points of the curves behind 0. @default 16 */
  readonly steps?: number | undefined;
  /** Random parts for sensitivity-n. @default 32 */
  readonly parts?: number | undefined;
  /** Where the thing is, in shares of the picture, for the pointing game. */
  readonly box?:
    | { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
    | undefined;
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Shares of the pixels that ROAD takes away. */
const roadShares = [0.2, 0.4, 0.6];

/** A random part consists of so many cells along each side, and holds this share of them. */
const cells = 8;
const partShare = 0.25;

/**
 * Tests a map on the network: 2 x steps + 6 + parts looks at changed pictures.
 *
 * @example
 * const explained = await explainer(photo);
 * const { deletionArea, insertionArea } = await measureTruth(explainer, photo, explained, explained.maps[0].map);
 */
export async function measureTruth(
  explainer: Pick<Explainer, "look">,
  picture: Tensor,
  explained: ExplainedPicture,
  map: Tensor,
  { steps = 16, parts = 32, box, seed = 0, signal }: TruthOptions = {},
): Promise<MapTruth> {
  const worth = async (one: Tensor) => {
    signal?.throwIfAborted();
    return worthOf(explained, await explainer.look(one));
  };
  const [height, width] = map.shape as [number, number];
  const values = map.data as Float32Array;
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
  const blurred = blurPicture(picture);
  const whole = worthOf(explained, explained);
  const nothing = await worth(blurred);
  const shares = Array.from({ length: steps - 1 }, (_, i) => (i + 1) / steps);
  const first = (share: number) => maskOf(order.subarray(0, Math.round(share * order.length)), [height, width]);
  const deletion: [number, number][] = [[0, whole]];
  const insertion: [number, number][] = [[0, nothing]];
  for (const share of shares) {
    deletion.push([share, await worth(composite(blurred, picture, first(share)))]);
    insertion.push([share, await worth(composite(picture, blurred, first(share)))]);
  }
  deletion.push([1, nothing]);
  insertion.push([1, whole]);
  let road = 0;
  const coldest = order.slice().reverse();
  for (const share of roadShares) {
    const count = Math.round(share * order.length);
    const gone = async (some: Uint32Array) =>
      worth(impute(picture, maskOf(some.subarray(0, count), [height, width]), seed));
    road += ((await gone(coldest)) - (await gone(order))) / 2 / roadShares.length;
  }
  const rng = createRng(seed).split("sensitivity");
  const sums: number[] = [];
  const losses: number[] = [];
  for (let k = 0; k < parts; k++) {
    const part = randomPart(rng.split(k).uniforms(cells * cells), [height, width]);
    sums.push(values.reduce((sum, x, i) => sum + x * part.data[i]!, 0));
    losses.push(whole - (await worth(composite(blurred, picture, part))));
  }
  return {
    deletion,
    insertion,
    deletionArea: areaOf(deletion),
    insertionArea: areaOf(insertion),
    road,
    sensitivity: parts > 1 ? correlate(sums, losses) : null,
    pointing: box ? isInside(order[0]!, [height, width], box) : null,
  };
}

function maskOf(pixels: Uint32Array, [height, width]: readonly [number, number]): Tensor<"float32"> {
  const data = new Float32Array(height * width);
  for (const at of pixels) data[at] = 1;
  return { dtype: "float32", shape: [height, width], data };
}

function randomPart(drawn: Float32Array, [height, width]: readonly [number, number]): Tensor<"float32"> {
  const data = Float32Array.from({ length: height * width }, (_, at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    const cell = Math.floor((row * cells) / height) * cells + Math.floor((column * cells) / width);
    return Number(drawn[cell]! < partShare);
  });
  return { dtype: "float32", shape: [height, width], data };
}

/** The area below a curve by the trapezoid rule. */
function areaOf(curve: ShareCurve): number {
  return curve.slice(1).reduce((sum, [x, y], i) => sum + ((x - curve[i]![0]) * (y + curve[i]![1])) / 2, 0);
}

function isInside(
  at: number,
  [height, width]: readonly [number, number],
  box: NonNullable<TruthOptions["box"]>,
): boolean {
  const [y, x] = [(Math.floor(at / width) + 0.5) / height, ((at % width) + 0.5) / width];
  return x >= box.left && y >= box.top && x < box.left + box.width && y < box.top + box.height;
}
