import { join } from "node:path";
import { drawingOf, encodeNpy, recordOf, type NamedToken, type RecordedMetrics, type RunFacts } from "@xstar/results";
import { drawFiles, recordOfPicture, slugOf, soundFiles, type Maximized, type MaximizedMetrics } from "@xstar/runs";
import { writeFileAtomic } from "../../files/atomic.js";
import { thisPlatform } from "../../record/platform.js";

/** A target that has its picture. */
export interface DonePicture {
  readonly target: string;
  readonly slug: string;
  readonly maximized: Maximized;
  /** The nearest real tokens of every place, where there are any. */
  readonly tokens?: readonly (readonly NamedToken[])[] | undefined;
}

/** What all pictures of a folder carry. */
export interface ManyFacts {
  readonly run: Omit<RunFacts, "pictures">;
  /** The start in the words of the command line; null where the parameterization begins by itself. */
  readonly start: string | null;
  /** Pixels of a file for each of the picture, in both directions. @default to about 224 pixels */
  readonly scale?: number;
}

/** The files of a picture, in its folder. */
interface WrittenPicture {
  readonly file: string;
  readonly record: string;
  readonly transparent?: string;
}

/** Pixels that a small picture is enlarged to, about. */
const comfortable = 224;

/**
 * Writes a picture as PNG (as .npy where it cannot be looked at) and as JSON all that is known of it; both repeat the run
 * of this picture alone. Gives their names in the folder.
 */
export async function writePicture(
  folder: string,
  { target, slug, maximized, tokens }: DonePicture,
  { run, start, scale: asked }: ManyFacts,
): Promise<WrittenPicture> {
  const { picture, inputs, attribution, step, curve, watch, ended, redirected, warnings, seconds, metrics } = maximized;
  const { isDrawable } = drawingOf(maximized.record.shape, maximized.record.holds);
  const side = Math.max(...picture.shape.slice(-2));
  const usual = maximized.record.holds ? 1 : Math.max(1, Math.round(comfortable / side));
  const scale = isDrawable ? (asked ?? usual) : undefined;
  const job = { target, start, slug };
  const own = recordOf({
    ...run,
    pictures: [job],
    platform: await thisPlatform(),
    stopped: null,
    ...(scale !== undefined && { scale }),
    format: "none",
    ascent: maximized.record,
  });
  const made = { picture, step, begun: curve[0]!, attribution };
  const carried = recordOfPicture(own, 0, made);
  const drawn = drawFiles(carried, made);
  const files = drawn.length > 0 ? drawn : [{ name: `${slug}.npy`, bytes: encodeNpy(picture) }];
  const [file, transparent] = files.map(({ name }) => name) as [string, string?];
  const beside = [
    ...soundFiles(carried, made),
    ...Object.entries(inputs).map(([name, held]) => ({
      name: `${slug}.${slugOf(name)}.npy`,
      bytes: encodeNpy(held),
    })),
  ];
  const record = `${slug}.json`;
  const facts = {
    step,
    redirected,
    warnings,
    sha256: carried.sha256,
    files: [...files, ...beside].map(({ name }) => name),
    activation: { start: curve[0], end: curve[step] },
    curve: [...curve],
    watch: Object.fromEntries(Object.entries(watch).map(([name, values]) => [name, [...values]])),
  };
  const content = {
    ...own,
    ended,
    stepsTaken: curve.length - 1,
    seconds,
    pictures: [{ ...job, ...facts, ...(tokens && { tokens }) }],
    ...(metrics && { metrics: recordMetrics(metrics) }),
  };
  for (const { name, bytes } of [...files, ...beside]) await writeFileAtomic(join(folder, name), bytes);
  await writeFileAtomic(join(folder, record), `${JSON.stringify(content, undefined, 1)}\n`);
  return { file, record, ...(transparent !== undefined && { transparent }) };
}

function recordMetrics({ layer, picture, features }: MaximizedMetrics): RecordedMetrics {
  return {
    ...(layer !== undefined && { layer }),
    pictures: [picture],
    ...(features && { features: [...features] }),
  };
}
