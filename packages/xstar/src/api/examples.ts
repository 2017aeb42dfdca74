import type { LoadedModel, ProbeOptions, Target } from "@xstar/core";
import { findExamples as findAll, openTargets, type ExampleSource } from "@xstar/results";

/** How real pictures are ranked. */
export interface ExampleOptions extends Omit<ProbeOptions, "batch" | "hasOpacity"> {
  /** How many of the strongest, and of the weakest. @default 9 */
  readonly count?: number | undefined;
  /** Pictures that the network looks at together. @default 1 */
  readonly batch?: number | undefined;
  /** Stops after the picture in progress; what was seen counts. */
  readonly signal?: AbortSignal | undefined;
  /** Told after every picture. */
  readonly onPicture?: ((seen: number, of: number) => void) | undefined;
}

/** A real picture, and what a target makes of it. */
export interface PictureExample {
  readonly name: string;
  /** Its place in the data set. */
  readonly index: number;
  readonly activation: number;
}

/** The real pictures that excite a target most and least. */
export interface ExamplePictures {
  /** The strongest first. */
  readonly strongest: readonly PictureExample[];
  /** The weakest first. */
  readonly weakest: readonly PictureExample[];
  /** Pictures that could not be read, with why. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * The real pictures that excite a target most and least. Throws `bad-argument`, `unknown-layer`.
 *
 * @example
 * const dataset = await openDataset("photos");
 * const { strongest } = await findExamples(model, "conv2:7", dataset, { count: 9 });
 */
export async function findExamples(
  model: LoadedModel,
  target: Target,
  dataset: ExampleSource,
  { count = 9, signal, onPicture, ...options }: ExampleOptions = {},
): Promise<ExamplePictures> {
  const open = await openTargets(model, [{ target: "target", objective: target }], options);
  try {
    const found = await findAll(open, dataset, {
      signal: signal ?? new AbortController().signal,
      onPicture: (seen) => onPicture?.(seen, dataset.names.length),
    });
    const named = found.targets[0]!.examples.map(({ index, activation }) => ({
      name: dataset.names[index]!,
      index,
      activation,
    }));
    const ordered = named.toSorted((a, b) => b.activation - a.activation || a.index - b.index);
    return {
      strongest: ordered.slice(0, count),
      weakest: ordered.toReversed().slice(0, count),
      skipped: found.skipped.map(({ index, reason }) => ({ name: dataset.names[index]!, reason })),
    };
  } finally {
    await open.probe.release();
  }
}
