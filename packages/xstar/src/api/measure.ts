import { check, XstarError, type LoadedModel, type MaximizeOptions, type Target, type Tensor } from "@xstar/core";
import {
  featureLayer,
  measurePictures,
  networksOf,
  scanDataset,
  type Image,
  type MeasuredPictures,
  type PictureSource,
} from "@xstar/results";

/** What images are compared with. The other options are those that the images were made with. */
export interface MeasureImagesOptions extends Omit<MaximizeOptions, "resume"> {
  /** What the images were made for, one for all or one for each. @default what the images say */
  readonly target?: Target | readonly Target[] | undefined;
  /** Real pictures to compare with: percentiles, and the nearest of them. */
  readonly dataset?: PictureSource | undefined;
}

/**
 * What networks make of images, and how they compare with real pictures: the metrics of a run's report, as plain JSON. Throws
 * `bad-argument` for images of different shapes.
 *
 * @example
 * const { images } = await maximize(model, "conv2:7");
 * const { pictures } = await measure(model, images, { dataset: await openDataset("photos") });
 */
export async function measure(
  model: LoadedModel,
  images: readonly Image[],
  { target, dataset, signal, ...options }: MeasureImagesOptions = {},
): Promise<MeasuredPictures> {
  const isList = Array.isArray(images) && images.every((image) => image?.pixels);
  check(isList, "images", "a list of what maximize returned", images);
  const { own, others } = networksOf(model, options);
  const objective = target ?? images.map(({ title }) => title);
  const scan =
    dataset &&
    (await scanDataset(model, dataset, {
      objectives: [objective].flat() as Target[],
      layer: await featureLayer(model, own),
      options: own,
      ...(signal && { signal }),
    }));
  return measurePictures(model, stack(images), { objective, options: own, others, ...(scan && { dataset: scan }) });
}

function stack(images: readonly Image[]): Tensor<"float32"> {
  const [first] = images;
  if (!first) throw new XstarError("bad-argument", "There is no image to measure");
  const { shape } = first.pixels;
  const odd = images.find(({ pixels }) => String(pixels.shape) !== String(shape));
  if (odd) {
    throw new XstarError(
      "bad-argument",
      `Images of shape [${shape}] and [${odd.pixels.shape}] are not measured together`,
    );
  }
  const each = first.pixels.data.length;
  const data = new Float32Array(images.length * each);
  images.forEach(({ pixels }, i) => data.set(pixels.data, i * each));
  return { dtype: "float32", shape: [images.length, ...shape], data };
}
