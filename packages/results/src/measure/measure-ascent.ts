import type { InputKind, LoadedModel, MaximizeOptions, ProbeOptions, Spec, Tensor } from "@xstar/core";
import { heldBy, type ExampleSource, type PictureSize } from "./source.js";
import { measurePictures, type MeasuredPictures } from "./measure-pictures.js";
import { networksOf } from "./networks.js";
import { featureLayer, surveyOf, type DatasetScan } from "./scan-dataset.js";
import { isOfOnePicture } from "./terms.js";
import {
  findExamples,
  openTargets,
  type FoundExamples,
  type NamedTarget,
  type TargetExamples,
} from "./find-examples.js";

/** The data set that pictures are compared with. */
export interface ComparedImages {
  /** As the caller named it. */
  readonly folder: string;
  readonly pictures: ExampleSource;
}

/** The metrics of the pictures of a run, as JSON. */
export interface AscentMetrics extends MeasuredPictures {
  /** What they were compared with; null without a data set. */
  readonly images: {
    readonly folder: string;
    /** What they are; left out for pictures. */
    readonly holds?: InputKind;
    readonly count: number;
    /** Fewer than `count` when stopped. */
    readonly seen: number;
    readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  } | null;
}

/** What was measured of a run. */
export interface MeasuredAscent {
  readonly metrics: AscentMetrics;
  /** What the data set makes of the target of each picture; undefined where it makes nothing of it. */
  readonly examples: readonly (TargetExamples | undefined)[];
  /** The form in which the model saw the pictures of the data set; undefined without any. */
  readonly size: PictureSize | undefined;
}

export interface MeasuredRun {
  /** [batch, channels, height, width], a channel more for their opacity. */
  readonly pictures: Tensor;
  /** The inputs that were maximized together with them, [batch, ...], by name. */
  readonly inputs?: Readonly<Record<string, Tensor>>;
  /** What each picture was made for, without penalties. */
  readonly targets: readonly NamedTarget[];
  readonly hasOpacity: boolean;
  readonly options: MaximizeOptions;
}

export interface MeasureAscentOptions {
  readonly images?: ComparedImages | undefined;
  /** Pictures of the run that go through the networks at once; all of them when left out. */
  readonly batch?: number;
  /** Stops the look at the data set; what it has seen counts. */
  readonly signal?: AbortSignal;
  readonly onPicture?: ((seen: number) => void) | undefined;
}

/** Measures the pictures of a run: all that can be known with the networks and the data set that there are. */
export async function measureAscent(
  model: LoadedModel,
  { pictures, inputs, targets, hasOpacity, options }: MeasuredRun,
  { images, batch = pictures.shape[0]!, signal, onPicture }: MeasureAscentOptions = {},
): Promise<MeasuredAscent> {
  const { own, others } = networksOf(model, options);
  const layer = images || targets.length > 1 ? await featureLayer(model, own) : undefined;
  const scan = images && (await scanImages(model, images, { targets, layer, options: own, signal, onPicture }));
  const measured = await measurePictures(model, pictures, {
    objective: targets.map(({ objective }) => objective),
    options: { ...own, inputs: { ...own.inputs, ...inputs }, hasOpacity },
    batch,
    layer,
    dataset: scan?.dataset,
    others,
  });
  return {
    metrics: { ...measured, images: scan?.facts ?? null },
    examples: targets.map((one) => scan?.found.targets.find(({ target }) => target === one.target)),
    size: scan?.size,
  };
}

interface Survey {
  readonly dataset: DatasetScan;
  readonly found: FoundExamples;
  readonly facts: NonNullable<AscentMetrics["images"]>;
  readonly size: PictureSize | undefined;
}

interface ScanOptions {
  readonly targets: readonly NamedTarget[];
  readonly layer: string | undefined;
  readonly options: Omit<ProbeOptions, "batch">;
  readonly signal: AbortSignal | undefined;
  readonly onPicture: MeasureAscentOptions["onPicture"];
}

/** Photographs that go through the network at once. */
const surveyBatch = 8;

/** Shows the network the data set once: activations, the places that answer most, and features. */
async function scanImages(
  model: LoadedModel,
  { folder, pictures }: ComparedImages,
  { targets, layer, options, signal, onPicture }: ScanOptions,
): Promise<Survey> {
  const asked = [...new Map(targets.map((one) => [one.target, one])).values()].filter(
    ({ objective }) => typeof objective === "string" || isOfOnePicture(objective as Spec, options.vocabulary),
  );
  const opened = await openTargets(model, asked, { ...options, layer, batch: surveyBatch });
  const holds = heldBy(pictures);
  try {
    const found = await findExamples(opened, pictures, { signal, onPicture });
    return {
      found,
      size: opened.size,
      facts: {
        folder,
        ...(holds && { holds }),
        count: pictures.names.length,
        seen: found.seen,
        skipped: found.skipped.map(({ index, reason }) => ({ name: pictures.names[index]!, reason })),
      },
      dataset: surveyOf(found, pictures, layer),
    };
  } finally {
    await opened.probe.release();
  }
}
