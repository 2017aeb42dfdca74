import { basename, extname, join } from "node:path";
import {
  exportExplanation,
  looksOften,
  openExplainer,
  parseWords,
  prepareModel,
  standard,
  unitCounts,
  withDefinitions,
  XstarError,
  type ExplainOptions,
  type Explainer,
  type fields,
  type Spec,
  type Tensor,
  type Vocabulary,
} from "@xstar/core";
import {
  checkRandomization,
  contactSheet,
  encodePng,
  measureTruth,
  shareInWords,
  shrinkPicture,
  type Randomization,
  type ReportedMap,
} from "@xstar/results";
import { distinct, fittingLabels, readModelInput, slugOf, type ModelFile } from "@xstar/runs";
import { openPictures } from "../data/pictures.js";
import { writeFileAtomic } from "../files/atomic.js";
import { inFolder, isFolder, isThere } from "../files/folder.js";
import { readImage } from "../files/image.js";
import { loadDefinitions } from "../load-definitions.js";
import { loadModel } from "../load.js";
import { createStore } from "../record/store.js";
import { nodeRuntime } from "../runtime.js";
import { explainUnits } from "../api/explain-units.js";
import { explainPicture, writeStory, type PictureStory } from "../run/explain-picture.js";
import { withInterrupt } from "../terminal/interrupt.js";
import { printableLines } from "../terminal/printable.js";
import { createProgress } from "../terminal/progress.js";
import type { ExplainFlags } from "./commands/explain.js";
import { say, warn } from "./print-warnings.js";

/** Real pictures that a method starts from, at most. */
const mostImages = 64;

/** `xstar explain`: explains pictures, writes what was found, and says it. */
export async function runExplain(path: string, words: readonly string[], flags: ExplainFlags): Promise<void> {
  const { threads, use = [] } = flags;
  const model = await loadModel(path, { runtime: nodeRuntime(threads === undefined ? {} : { threads }) });
  model.notes.forEach(warn);
  const { options: input } = await readModelInput(model, flags, { files: createStore() });
  const vocabulary = withDefinitions(standard, await loadDefinitions(use));
  const labels = await labelsFor(model, input);
  const { pictures, target } = await splitWords(words, flags.export !== undefined);
  const methods = flags.method?.map((text) => parseWords(vocabulary, "explanation", text, imagesOf(text, flags)));
  const images = await imagesFor(vocabulary, methods ?? [], flags.images, model, input);
  const options: ExplainOptions = {
    ...input,
    vocabulary,
    seed: flags.seed,
    ...(labels && { labels }),
    ...(flags.layer !== undefined && { layer: flags.layer }),
    ...(methods && { methods }),
    ...(Object.keys(images).length > 0 && { images }),
  };
  if (flags.export !== undefined) {
    await writeFileAtomic(flags.export, await exportExplanation(model, target, options));
    process.stdout.write(
      printableLines(`Written to ${flags.export}: picture in, heatmap, probabilities and value out\n`),
    );
    return;
  }
  const isOne = pictures.length === 1;
  const ofOne = (["all", "units", "box"] as const).filter((name) => flags[name] !== undefined);
  if (!isOne && ofOne.length > 0)
    throw new XstarError("bad-argument", `--${ofOne[0]} is for one picture, and there are ${pictures.length}`, {
      hint: `Leave --${ofOne[0]} out for a sheet of all pictures, or name one of them`,
    });
  const also = isOne ? methodsBeside(vocabulary, flags) : [];
  const explainer = await openExplainer(model, target, { ...options, also });
  explainer.assumed.forEach((sentence) => say(`Note: ${sentence}`));
  const folder = flags.out ?? join("out", model.name, "explain", nameFor(pictures));
  const work = { model, explainer, options, labels, target, flags, folder };
  const explainAll = (signal: AbortSignal) =>
    isOne ? explainOne(pictures[0]!, { ...work, signal }) : explainMany(pictures, { ...work, signal });
  await inFolder(folder, () => withInterrupt(explainAll)).finally(() => explainer.release());
}

interface Work {
  readonly model: ModelFile;
  readonly explainer: Explainer;
  readonly options: ExplainOptions;
  readonly labels: readonly string[] | undefined;
  readonly target: string | undefined;
  readonly flags: ExplainFlags;
  readonly folder: string;
  readonly signal: AbortSignal;
}

async function explainOne(path: string, work: Work): Promise<void> {
  const { model, explainer, labels, target, flags, folder, signal } = work;
  const progress = createProgress({ stream: process.stderr, label: "explain", total: 0 });
  const onProgress = (method: string, done: number, of: number) => progress.update(0, `${method} ${done} of ${of}`);
  const story = await explainPicture(model, explainer, path, { labels, target, signal, onProgress });
  const maps = await testMaps(story, work, (facts) => progress.update(0, facts));
  if (flags.all) progress.done();
  const more = flags.all
    ? undefined
    : "--all adds the methods that look at many variants of the picture (SmoothGrad, integrated gradients, occlusion, RISE), and the tests of every map.";
  const units = await unitsOf(story, work, (facts) => progress.update(0, facts));
  await writeStory(folder, story, { model, maps, leftOut: explainer.leftOut, more, labels, units });
  const [first] = story.explained.maps;
  const gap = first!.numbers["completenessGap"];
  const lines = [
    story.title,
    ...(first!.layers.length > 0
      ? [
          `Made by ${first!.method.type} of ${first!.layers.length > 3 ? `${first!.layers.length} layers` : first!.layers.join(", ")}`,
        ]
      : []),
    story.words,
    ...(gap === undefined
      ? []
      : [`Completeness: the map's sum misses the answer's rise by ${(100 * gap).toFixed(2)} %`]),
    ...(units?.shown.map(
      ({ unit, conductance }) => `${units.layer}:${unit} ${shareInWords(conductance, units.rise)}`,
    ) ?? []),
    ...failed(maps),
    `Written to ${folder}: explanation.png, report.html, explanation.json, ${maps.length} .npy`,
  ];
  process.stdout.write(printableLines(`${lines.join("\n")}\n`));
}

const failed = (maps: readonly ReportedMap[]) =>
  maps.flatMap(({ explanation, randomization }) =>
    randomization?.passes === false
      ? [`Warning: ${explanation.method.type} fails the randomization check on this model`]
      : [],
  );

/** With --all, every map is tested; else none, which takes no time. */
async function testMaps(story: PictureStory, work: Work, onProgress: (facts: string) => void): Promise<ReportedMap[]> {
  const { model, explainer, options, flags, signal } = work;
  const { picture, explained } = story;
  const [left, top, width, height] = flags.box ?? [];
  const box = height === undefined ? undefined : { left: left!, top: top!, width: width!, height };
  const isTested = flags.all ?? false;
  let randomizations: readonly Randomization[] = [];
  if (isTested) {
    const told = (share: number) => onProgress(`randomization ${Math.round(100 * share)} %`);
    randomizations = await checkRandomization(model, picture, explained, { ...options, signal, onProgress: told });
  }
  const table = options.vocabulary!.explanation;
  const reported: ReportedMap[] = [];
  for (const [i, explanation] of explained.maps.entries()) {
    const { doc, caveat } = table[explanation.method.type]!;
    if (isTested) onProgress(`testing ${explanation.method.type}`);
    const test = { box, signal, seed: flags.seed };
    const truth =
      isTested || (box && i === 0)
        ? await measureTruth(explainer, picture, explained, explanation.map, test)
        : undefined;
    reported.push({ explanation, doc, caveat, truth, randomization: randomizations[i] });
  }
  return reported;
}

/** With --units, those of a layer that speak for what is explained. */
async function unitsOf({ picture, explained }: PictureStory, work: Work, onProgress: (facts: string) => void) {
  const { model, options, flags, signal } = work;
  if (flags.units === undefined) return undefined;
  const target = explained.target ?? { type: "logit", class: explained.class! };
  const { methods: _, layer: _layer, images: _images, seed: _seed, ...input } = options;
  const { images, seed, units: layer } = flags;
  return explainUnits({ model, picture, target, layer, options: input, images, seed, signal, onProgress });
}

async function explainMany(paths: readonly string[], work: Work): Promise<void> {
  const { model, explainer, labels, target, folder, signal } = work;
  const progress = createProgress({ stream: process.stderr, label: "explain", total: paths.length });
  const names = distinct(paths.map(slugOfPicture));
  const cards: PictureStory["card"][] = [];
  const skipped: string[] = [];
  const entries: unknown[] = [];
  for (const [i, path] of paths.entries()) {
    if (signal.aborted) break;
    try {
      const story = await explainPicture(model, explainer, path, { labels, target, signal });
      cards.push(shrinkPicture(story.card, 2));
      await writeFileAtomic(join(folder, `${names[i]}.png`), encodePng(story.card));
      entries.push({ picture: path, file: `${names[i]}.png`, title: story.title, words: story.words });
    } catch (error) {
      if (!XstarError.is(error) || error.code !== "bad-data") throw error;
      skipped.push(error.message);
    }
    progress.update(i + 1, names[i]);
  }
  progress.done();
  if (cards.length === 0)
    throw new XstarError("bad-data", `None of the ${paths.length} pictures could be used: ${skipped[0] ?? "stopped"}`);
  await writeFileAtomic(join(folder, "sheet.png"), encodePng(contactSheet(cards)));
  await writeFileAtomic(join(folder, "explanations.json"), `${JSON.stringify(entries, undefined, 1)}\n`);
  if (skipped.length > 0) warn(`${skipped.length} pictures were skipped: ${skipped.slice(0, 3).join("; ")}`);
  process.stdout.write(
    printableLines(`Written to ${folder}: sheet.png, ${cards.length} pictures, explanations.json\n`),
  );
  if (signal.aborted)
    throw new XstarError("aborted", `Stopped after ${cards.length + skipped.length} of ${paths.length} pictures`);
}

/** Words that are files or folders are pictures; one more is the target. */
async function splitWords(
  words: readonly string[],
  isExport: boolean,
): Promise<{ pictures: string[]; target: string | undefined }> {
  const pictures: string[] = [];
  const targets: string[] = [];
  for (const word of words) {
    if (await isFolder(word)) {
      const { names } = await openPictures(word);
      pictures.push(...names.map((name) => join(word, name)));
    } else if (await isThere(word)) pictures.push(word);
    else targets.push(word);
  }
  const [target, second] = targets;
  if (second !== undefined || (pictures.length === 0 && !isExport)) {
    const missing = pictures.length === 0 ? target : second;
    throw new XstarError(
      "bad-argument",
      missing === undefined ? "No picture is given" : `There is no picture "${missing}"`,
      {
        hint: "Give a picture or a folder of pictures, and behind it at most one target",
      },
    );
  }
  return { pictures, target };
}

const expected = "expectedGradients";

/** The folder of --images, for the method that begins with real pictures and names none itself. */
const imagesOf = (text: string, { images }: ExplainFlags) =>
  images !== undefined && text.startsWith(expected) && !/\bimages["=]/.test(text) ? { images } : {};

/** What the report shows beside the first method. */
function methodsBeside(vocabulary: Vocabulary, { all, images }: ExplainFlags): (Spec<"explanation"> | string)[] {
  const own = Object.keys(vocabulary.explanation).filter((type) => !(type in standard.explanation));
  const quick = Object.entries(standard.explanation).filter(([, definition]) => !looksOften(definition));
  const types = all ? Object.keys(vocabulary.explanation) : [...quick.map(([type]) => type), ...own];
  return types.flatMap((type): (Spec<"explanation"> | string)[] => {
    if (type !== expected) return [type];
    return images === undefined ? [] : [{ type, images }];
  });
}

/** Pictures that methods name by their path, and those of a folder. */
async function imagesFor(
  vocabulary: Vocabulary,
  methods: readonly Spec[],
  folder: string | undefined,
  model: ModelFile,
  input: Parameters<typeof prepareModel>[2],
): Promise<Record<string, Tensor | readonly Tensor[]>> {
  const named = methods.flatMap((spec) =>
    Object.entries(vocabulary.explanation[spec.type]!.params as fields.Fields).flatMap(([name, { kind }]) =>
      kind.startsWith("image") && typeof spec[name] === "string" ? [spec[name]] : [],
    ),
  );
  const paths = new Set([...named, ...(folder === undefined ? [] : [folder])]);
  if (paths.size === 0) return {};
  const { shape } = await prepareModel(model, 1, input);
  const [, channels, height, width] = shape as [number, 1 | 3, number, number];
  const found: Record<string, Tensor | readonly Tensor[]> = {};
  for (const path of paths) {
    if (!(await isFolder(path))) found[path] = await readImage(path, { channels, height, width });
    else {
      const source = await openPictures(path);
      const count = Math.min(mostImages, source.names.length);
      const read = await Promise.allSettled(
        Array.from({ length: count }, (_, i) => source.read(i, { channels, height, width })),
      );
      for (const one of read) if (one.status === "rejected") warn(`Skipped: ${(one.reason as Error).message}`);
      found[path] = read.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    }
  }
  return found;
}

async function labelsFor(model: ModelFile, input: Parameters<typeof prepareModel>[2]) {
  if (!model.labels) return undefined;
  const first = await prepareModel(model, 1, input);
  return fittingLabels(
    model,
    unitCounts(model.source, first.normalized, input?.logits, first.input).get("logit"),
    warn,
  );
}

const slugOfPicture = (path: string) => slugOf(basename(path, extname(path)));

const nameFor = (paths: readonly string[]) =>
  paths.length === 1 ? slugOfPicture(paths[0]!) : `${slugOfPicture(paths[0]!)}-and-${paths.length - 1}-more`;
