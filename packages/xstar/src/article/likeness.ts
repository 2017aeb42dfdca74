import type { Runtime } from "@xstar/core";
import { correlate, findNearest, type ImageDataset, type Variability } from "@xstar/results";

/** How like a digit a picture is, by Pearson's correlations of pixels; null where one of the two is constant. */
export interface Likeness {
  /** With the mean training picture of its class. */
  readonly classMean: number | null;
  /** With the training picture, of any class, that it correlates with most. */
  readonly nearest: {
    /** Where that stands in the training set. */
    readonly index: number;
    readonly label: number;
    readonly correlation: number;
  } | null;
}

/** The likeness of each picture. */
export async function likenessOf(
  pictures: readonly { readonly picture: Float32Array; readonly class: number }[],
  train: ImageDataset,
  { classes: means }: Variability,
  runtime: Runtime,
): Promise<Likeness[]> {
  const neighbors = await findNearest(
    pictures.map(({ picture }) => picture),
    train,
    runtime,
  );
  return pictures.map(({ picture, class: digit }, i) => {
    const { byCorrelation } = neighbors[i]!;
    return {
      classMean: correlate(picture, means[digit]!.mean),
      nearest: byCorrelation && {
        index: byCorrelation.index,
        label: byCorrelation.label,
        correlation: byCorrelation.correlation!,
      },
    };
  });
}
