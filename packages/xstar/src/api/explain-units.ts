import { channel, type ProbeOptions, type Spec, type Tensor } from "@xstar/core";
import {
  findExamples,
  measureUnits,
  openTargets,
  planesOf,
  validView,
  type LayerUnits,
  type ShownUnit,
} from "@xstar/results";
import type { ModelFile } from "@xstar/runs";
import { maximize } from "./maximize.js";
import { picturesOf } from "./pictures-of.js";
import { openPictures } from "../data/pictures.js";

/** Units that speak most for the target, and those that speak most against it. */
const [mostFor, mostAgainst] = [6, 2];
/** Real pictures beside each. */
const mostExamples = 4;

export interface UnitsWork {
  readonly model: ModelFile;
  readonly picture: Tensor;
  readonly target: Spec;
  readonly layer: string;
  readonly options: Omit<ProbeOptions, "batch" | "hasOpacity">;
  /** A folder of real pictures. */
  readonly images: string | undefined;
  readonly seed?: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (facts: string) => void;
}

/** The units of a layer that speak for a target, each with the picture that it wants and the real ones that excite it most. */
export async function explainUnits(work: UnitsWork): Promise<LayerUnits & { readonly shown: readonly ShownUnit[] }> {
  const { model, picture, target, layer, options, signal, onProgress } = work;
  onProgress(`units of ${layer}`);
  const found = await measureUnits(model, picture, target, layer, { ...options, signal });
  const { units } = found;
  const chosen = [
    ...units.slice(0, mostFor).filter(({ conductance }) => conductance > 0),
    ...units.slice(-mostAgainst).filter(({ conductance }) => conductance < 0),
  ];
  const specs = chosen.map(({ unit }) => channel({ layer, channel: unit }));
  const examples = await strongestOf(specs, work);
  const shown: ShownUnit[] = [];
  for (const [i, share] of chosen.entries()) {
    signal.throwIfAborted();
    onProgress(`the picture that ${layer}:${share.unit} wants, ${i + 1} of ${chosen.length}`);
    const { images } = await maximize(model, specs[i]!, { ...options, seed: work.seed ?? 0, signal });
    shown.push({ ...share, made: picturesOf(images)[0]!, examples: examples[i] ?? [] });
  }
  return { ...found, shown };
}

async function strongestOf(specs: readonly Spec[], { model, options, images, signal, onProgress }: UnitsWork) {
  if (images === undefined || specs.length === 0) return [];
  const source = await openPictures(images);
  const targets = specs.map((objective, i) => ({ target: String(i), objective }));
  const open = await openTargets(model, targets, { ...options, places: false });
  try {
    const { targets: found } = await findExamples(open, source, {
      signal,
      onPicture: (seen) => onProgress(`real pictures ${seen} of ${source.names.length}`),
    });
    const size = open.size!;
    return await Promise.all(
      found.map(({ examples }) =>
        Promise.all(
          examples
            .toSorted((a, b) => b.activation - a.activation || a.index - b.index)
            .slice(0, mostExamples)
            .map(async ({ index, activation }) => ({
              name: source.names[index]!,
              activation,
              picture: validView(planesOf(await source.read(index, size))).picture,
            })),
        ),
      ),
    );
  } finally {
    await open.probe.release();
  }
}
