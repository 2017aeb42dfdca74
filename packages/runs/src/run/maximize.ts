import {
  maximize as maximizeTensors,
  printTarget,
  printWords,
  standard,
  withDefinitions,
  type AscentResult,
  type LoadedModel,
  type MaximizeOptions,
  type Run,
  type Step,
  type Target,
  type Tensor,
  type Vocabulary,
} from "@xstar/core";
import {
  pictureOf,
  recordOf,
  usualScale,
  type Image,
  type ImageParts,
  type Job,
  type Platform,
  type RunFiles,
} from "@xstar/results";
import { nameJobs } from "../plan/jobs.js";
import { recordOfPicture } from "./picture-files.js";

/** What a run is made in: Node, a browser. */
export interface Environment<I extends Image> {
  /** Version of xstar. */
  readonly version: string;
  readonly platform: () => Promise<Platform>;
  /** The files of a run, with what they hold: for its record. */
  references(model: LoadedModel, options: MaximizeOptions): Promise<RunFiles>;
  image(parts: ImageParts): I;
}

/** One for each picture of the batch: one at least. */
type Images<I> = readonly [I, ...I[]];

/** A step, with its pictures as images. */
export type ImageStep<I extends Image = Image> = Step & { readonly images: Images<I> };

/** A result, with its pictures as images that carry what makes them again. */
export type ImageResult<I extends Image = Image> = AscentResult & { readonly images: Images<I> };

/** As `Run`, with images. */
export interface ImageRun<I extends Image = Image> extends AsyncIterable<ImageStep<I>>, PromiseLike<ImageResult<I>> {
  readonly result: Promise<ImageResult<I>>;
}

/** `maximize` of an environment: what it gives has images. */
export function maximizeIn<I extends Image>(
  environment: Environment<I>,
  model: LoadedModel,
  target: Target | readonly Target[],
  options: MaximizeOptions = {},
): ImageRun<I> {
  const run: Run = maximizeTensors(model, target, options);
  const result = () => run.result.then((ended) => withImages(environment, ended, { model, options }));
  return {
    get result() {
      return result();
    },
    // oxlint-disable-next-line unicorn/no-thenable -- a run is awaited for its result
    then: (onResult, onError) => result().then(onResult, onError),
    async *[Symbol.asyncIterator]() {
      for await (const step of run) yield withPreviews(environment, step, target);
    },
  };
}

/** Pictures on the way carry no record: nothing would end at them. */
function withPreviews<I extends Image>(
  { image }: Environment<I>,
  step: Step,
  target: Target | readonly Target[],
): ImageStep<I> {
  const title = [target].flat().map(String).join(", ");
  let made: Images<I> | undefined;
  return Object.defineProperty({ ...step } as ImageStep<I>, "images", {
    enumerable: true,
    get() {
      const { shape } = step.picture;
      const { holds } = step.checkpoint().record;
      return (made ??= imagesOf(step.picture, (pixels) => image({ pixels, shape, holds, title, scale: 1 })));
    },
  });
}

const imagesOf = <I>(pictures: Tensor<"float32">, make: (pixels: Tensor<"float32">, i: number) => I) =>
  Array.from({ length: pictures.shape[0]! }, (_, i) => make(pictureOf(pictures, i), i)) as [I, ...I[]];

interface Given {
  readonly model: LoadedModel;
  readonly options: MaximizeOptions;
}

function withImages<I extends Image>(environment: Environment<I>, result: AscentResult, given: Given): ImageResult<I> {
  const vocabulary = withDefinitions(given.options.vocabulary ?? standard, given.options.definitions ?? []);
  const jobs = jobsOf(result, vocabulary);
  const facts = once(async () => ({
    xstar: environment.version,
    threads: given.model.runtime.threads,
    ...(given.model.precision && { precision: given.model.precision }),
    ...(await environment.references(given.model, given.options)),
    pictures: jobs,
    recipe: result.asked.recipe,
  }));
  const scale = usualScale(result.record.shape, result.record.holds);
  const stopped = result.ended === "aborted" ? result.last.index : null;
  const images = imagesOf(result.picture, (pixels, i) =>
    environment.image({
      pixels,
      shape: result.record.shape,
      holds: result.record.holds,
      title: jobs[i]!.target,
      scale,
      async record() {
        const [known, platform] = await Promise.all([facts(), environment.platform()]);
        const own = recordOf({ ...known, platform, stopped, scale, format: "none", ascent: result.record });
        return recordOfPicture(own, i, { picture: pixels, step: result.steps[i]!, begun: result.curve[0]![i]! });
      },
    }),
  );
  return { ...result, images };
}

/** The pictures of a run in words: as they were given, or as their specs read. */
function jobsOf({ asked }: AscentResult, vocabulary: Vocabulary): Job[] {
  return nameJobs(
    asked.targets.map((target, i) => {
      const start = asked.starts?.[i];
      return {
        target: typeof target === "string" ? target : printTarget(vocabulary, target),
        start:
          start === undefined ? null : typeof start === "object" ? printWords(vocabulary, "start", start) : `${start}`,
      };
    }),
  );
}

function once<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}
