import { looksOften, openExplainer, size, standard, type ExplainOptions, type Spec, type Tensor } from "@xstar/core";
import { describeMethod, describeRest, nameOfClass, pictureSizeOf, restsOn, titleOf } from "@xstar/results";
import { inputOf } from "./look.js";
import { modelOf, type OpenModel } from "./models.js";
import type { Calls, ExplainedPicture } from "./protocol.js";

/** What dropped pictures are called where a method starts from real ones. */
const dropped = "dropped";
/** So many of them are enough. */
const mostImages = 32;

/** Which parts of a picture speak for a target, by every method that fits: those that look once, or all. */
export async function explainPicture(
  { model: id, target, picture: given, isThorough }: Calls["explain"]["args"],
  tell: (news: Calls["explain"]["news"]) => void,
  signal: AbortSignal,
): Promise<ExplainedPicture> {
  const model = modelOf(id);
  const picture: Tensor = { dtype: "float32", shape: given.shape.slice(1), data: given.data };
  const images = isThorough ? await realPictures(model, picture.shape) : [];
  const also = Object.entries(standard.explanation).flatMap(([type, definition]): (string | Spec)[] => {
    if (type === "expectedGradients") return images.length > 1 ? [{ type, images: dropped }] : [];
    return isThorough || !looksOften(definition) ? [type] : [];
  });
  const options: ExplainOptions = {
    ...(await inputOf(model)),
    labels: model.facts.labels,
    also: also as ExplainOptions["also"],
    ...(images.length > 1 && { images: { [dropped]: images } }),
  };
  const explainer = await openExplainer(model.file, target, options);
  try {
    const explained = await explainer(picture, {
      signal,
      onProgress: (method, done, of) => tell({ method, done, of }),
    });
    const { labels } = model.facts;
    const [first] = explained.maps;
    const rests = await restsOn(explainer, picture, explained, first);
    const name = explained.class === null ? "it" : nameOfClass(explained.class, labels);
    return {
      title: titleOf(explained, labels, target),
      words: describeRest(rests, first, name),
      maps: explained.maps.map((map) => {
        const { doc, caveat } = standard.explanation[map.method.type]!;
        const { numbers, isSigned } = map;
        return { type: map.method.type, name: describeMethod(map), doc, caveat, isSigned, numbers, map: map.map };
      }),
      leftOut: explainer.leftOut,
      assumed: explainer.assumed,
    };
  } finally {
    await explainer.release();
  }
}

/** Other pictures that were dropped, as the model takes them. */
async function realPictures({ files }: OpenModel, shape: readonly number[]): Promise<Tensor[]> {
  const form = pictureSizeOf(shape);
  if (!form || size(shape) === 0) return [];
  const paths = files.picturesIn("").slice(0, mostImages);
  const read = await Promise.allSettled(paths.map((path) => files.readImage(path, form)));
  return read.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}
