import { join } from "node:path";
import { type ExplainedPicture, type Explainer, type Explanation, type Tensor } from "@xstar/core";
import {
  describeRest,
  drawExplanation,
  encodeNpy,
  encodePng,
  explanationReport,
  likeliestOf,
  nameOfClass,
  restsOn,
  titleOf,
  type LayerUnits,
  type Picture,
  type ShownUnit,
  type ReportedMap,
  type RestsOn,
} from "@xstar/results";
import type { ModelFile } from "@xstar/runs";
import { writeFileAtomic } from "../files/atomic.js";
import { readImage } from "../files/image.js";
import { sharpCodec } from "../files/sharp-codec.js";
import { version } from "../version.js";

/** A picture explained, with what was found by asking the network again. */
export interface PictureStory {
  readonly path: string;
  readonly picture: Tensor;
  /** The picture as it is drawn. */
  readonly photo: Tensor;
  readonly explained: ExplainedPicture;
  readonly rests: RestsOn;
  readonly title: string;
  readonly words: string;
  readonly card: Picture;
}

/** Pixels of the longer side of a picture as it is drawn. */
const drawn = 448;
/** Pictures of fewer pixels are drawn with every pixel as a square. */
const small = 96;

/** A picture file at the size at which it is drawn. */
async function photoOf(path: string, picture: Tensor): Promise<Tensor> {
  const [channels, height, width] = picture.shape as [1 | 3, number, number];
  const longer = Math.max(height, width);
  if (longer >= small) {
    const side = (length: number) => Math.round((length * drawn) / longer);
    return readImage(path, { channels, height: side(height), width: side(width) });
  }
  const factor = Math.floor(drawn / longer);
  const from = picture.data as Float32Array;
  const [tall, wide] = [height * factor, width * factor];
  const data = Float32Array.from({ length: channels * tall * wide }, (_, at) => {
    const [plane, rest] = [Math.floor(at / (tall * wide)), at % (tall * wide)];
    return from[(plane * height + Math.floor(rest / wide / factor)) * width + Math.floor((rest % wide) / factor)]!;
  });
  return { dtype: "float32", shape: [channels, tall, wide], data };
}

/** Explains one picture file. Throws what reading it and the explainer do. */
export async function explainPicture(
  model: ModelFile,
  explainer: Explainer,
  path: string,
  {
    labels,
    target,
    signal,
    onProgress,
  }: {
    readonly labels: readonly string[] | undefined;
    readonly target: string | undefined;
    readonly signal?: AbortSignal;
    readonly onProgress?: (method: string, done: number, of: number) => void;
  },
): Promise<PictureStory> {
  const [channels, height, width] = explainer.shape as [1 | 3, number, number];
  const picture = await readImage(path, { channels, height, width });
  const explained = await explainer(picture, { signal, onProgress });
  const [first] = explained.maps as [Explanation];
  const rests = await restsOn(explainer, picture, explained, first);
  const photo = await photoOf(path, picture);
  const title = titleOf(explained, labels, target);
  const name = explained.class === null ? "it" : nameOfClass(explained.class, labels);
  const words = describeRest(rests, first, name);
  const about = `${path.split(/[/\\]/).at(-1)}  ·  ${model.name}`;
  const card = drawExplanation({ explained, explanation: first, photo, title, words, labels, about });
  return { path, picture, photo, explained, rests, title, words, card };
}

/** What is kept of a map in explanation.json. */
function recordOfMap({ explanation, truth, randomization }: ReportedMap) {
  const { method, layers, isSigned, numbers } = explanation;
  return {
    method,
    layers,
    isSigned,
    file: `${method.type}.npy`,
    numbers,
    truth: truth ?? null,
    randomization: randomization ?? null,
  };
}

/** What is kept of a layer's units in explanation.json: all of them, and the real pictures of those that are shown. */
const recordOfUnits = ({ shown, ...found }: NonNullable<Parameters<typeof writeStory>[2]["units"]>) => ({
  ...found,
  examples: Object.fromEntries(
    shown.map(({ unit, examples }) => [unit, examples.map(({ name, activation }) => ({ name, activation }))]),
  ),
});

/** Writes explanation.png, report.html, explanation.json and a .npy file for each map into a folder. */
export async function writeStory(
  folder: string,
  { path, picture, explained, photo, rests, title, words, card }: PictureStory,
  {
    model,
    maps,
    leftOut,
    more,
    labels,
    units,
  }: {
    readonly model: ModelFile;
    readonly maps: readonly ReportedMap[];
    readonly leftOut: Explainer["leftOut"];
    readonly more: string | undefined;
    readonly labels: readonly string[] | undefined;
    readonly units?: (LayerUnits & { readonly shown: readonly ShownUnit[] }) | undefined;
  },
): Promise<void> {
  const { target, class: chosen, value, probabilities } = explained;
  for (const { explanation } of maps)
    await writeFileAtomic(join(folder, `${explanation.method.type}.npy`), encodeNpy(explanation.map));
  const about = { Software: `xstar ${version}`, Title: title, Description: words };
  await writeFileAtomic(join(folder, "explanation.png"), encodePng(card, about));
  // small pictures are drawn large, others as the model sees them
  const shown = Math.max(...picture.shape.slice(1)) < small ? photo : picture;
  const report = { title, words, card, photo: shown, explained, maps, leftOut, more, units, codec: sharpCodec };
  await writeFileAtomic(join(folder, "report.html"), await explanationReport(report));
  const { share, isProbability, tested } = rests;
  const file = {
    xstar: version,
    model: model.path ?? model.name,
    picture: path,
    target,
    class: chosen,
    label: chosen === null ? null : (labels?.[chosen] ?? null),
    value,
    likeliest: probabilities && likeliestOf(probabilities, labels, 5),
    words,
    restsOn: { share, isProbability, ...tested },
    maps: maps.map(recordOfMap),
    ...(units && { units: recordOfUnits(units) }),
  };
  await writeFileAtomic(join(folder, "explanation.json"), `${JSON.stringify(file, undefined, 1)}\n`);
}
