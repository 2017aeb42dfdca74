import { openExplainer, type ExplainedPicture, type ExplainOptions, type LoadedModel, type Tensor } from "@xstar/core";
import { correlate } from "./correlation.js";

/** How like the untouched map each map is when layers have forgotten what they learned. */
export interface Randomization {
  /** Rank correlations of the absolute maps, by the share of the layers that are shuffled, from the last backwards; null without any. */
  readonly byShare: readonly (readonly [share: number, correlation: number | null])[];
  /** Whether the map depends on what the network has learned. */
  readonly passes: boolean;
}

/** Shares of the layers with weights that forget: the last layer alone, a third, two thirds, all. */
const shares = [1e-9, 1 / 3, 2 / 3, 1];

/** Maps of a network that knows nothing may be so like those of the trained one. */
export const mostAlike = 0.5;

/**
 * Ranks of numbers, equal ones in the middle of their places.
 *
 * @example
 * ranksOf([10, 30, 20]); // 0, 2, 1
 */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + to - 1) / 2;
    from = to;
  }
  return ranks;
}

/**
 * The sanity check of Adebayo et al. (2018) on this very model: maps are made again with shuffled weights, and compared. Throws as
 * `openExplainer` does.
 *
 * @example
 * const explained = await explain(model, photo);
 * const [check] = await checkRandomization(model, photo, explained, {});
 * check?.passes;
 */
export async function checkRandomization(
  model: LoadedModel,
  picture: Tensor,
  { class: chosen, target, maps }: ExplainedPicture,
  options: ExplainOptions & {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: (share: number) => void;
  },
): Promise<readonly Randomization[]> {
  const { signal, onProgress, ...rest } = options;
  const known = maps.map(({ map }) => ranksOf(magnitudes(map)));
  const found = maps.map((): [number, number | null][] => []);
  const fixed = chosen === null ? target! : { type: "logit", class: chosen };
  const methods = maps.map(({ method }) => method);
  for (const share of shares) {
    signal?.throwIfAborted();
    const explainer = await openExplainer(model, fixed, {
      ...rest,
      also: [],
      methods,
      randomized: { share, seed: rest.seed },
    });
    try {
      const again = await explainer(picture, { signal });
      again.maps.forEach(({ map }, i) => {
        const ranks = ranksOf(magnitudes(map));
        found[i]!.push([share < 1e-6 ? 0 : share, correlate(known[i]!, ranks)]);
      });
    } finally {
      await explainer.release();
    }
    onProgress?.(share);
  }
  return found.map((byShare) => ({ byShare, passes: (byShare.at(-1)![1] ?? 0) <= mostAlike }));
}

const magnitudes = ({ data }: Tensor) => (data as Float32Array).map(Math.abs);
