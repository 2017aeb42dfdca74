import { createRng, probe, XstarError, type LoadedModel, type ProbeOptions, type Rng } from "@xstar/core";
import { lookAt, rowOf, stacked, surveyLayers, type PictureSource, type Rows, type Survey } from "@xstar/results";
import type { Fitted } from "./fitted.js";
import { directionsName, methods, type MethodName } from "./methods.js";

/** Which directions of a layer are wanted, and how pictures are looked at. */
export interface DirectionsSettings {
  readonly layer: string;
  readonly method: MethodName;
  readonly count: number;
  readonly seed: number;
  /** A further layer that is surveyed with the directions; null for none. */
  readonly features: string | null;
  readonly hasClasses: boolean;
  readonly options?: Omit<ProbeOptions, "batch">;
  readonly signal?: AbortSignal | undefined;
  readonly onPicture?: ((seen: number) => void) | undefined;
}

/** Directions, and what the pictures make of them. */
export interface FoundDirections extends Fitted {
  /** With the directions as a layer of the name of `directionsName`. */
  readonly survey: Survey;
}

/** Activations that are fitted, and places of one picture, at most. */
const most = { rows: 10_000, places: 16 };
const batch = 8;

/** Finds directions in the activations of a layer for pictures. The same for the same seed. Throws as `probe` does, and `bad-data`. */
export async function findDirections(
  model: LoadedModel,
  pictures: PictureSource,
  { layer, method, count, seed, features, hasClasses, options = {}, signal, onPicture }: DirectionsSettings,
): Promise<FoundDirections> {
  const rng = createRng(seed).split(method);
  const rows = await readRows(model, pictures, { layer, options, rng: rng.split("places"), signal, onPicture });
  if (rows.count < count)
    throw new XstarError("bad-data", `${count} directions of "${layer}" cannot be found in ${rows.count} activations`, {
      hint: "Ask for fewer, or give more pictures",
    });
  const fitted = await methods[method].fit(rows, count, { rng, runtime: model.runtime.host ?? model.runtime });
  signal?.throwIfAborted();
  const name = directionsName(layer, method);
  const survey = await surveyLayers(model, pictures, {
    layers: [name, ...(features === null ? [] : [features])],
    directions: { [name]: { layer, vectors: fitted.vectors } },
    hasClasses,
    options,
    signal,
    onPicture: (seen) => onPicture?.(pictures.names.length + seen),
  });
  return { ...fitted, survey };
}

interface Reading extends Pick<DirectionsSettings, "layer" | "signal" | "onPicture"> {
  readonly options: Omit<ProbeOptions, "batch">;
  readonly rng: Rng;
}

/** The activations of a layer at some places of each picture that can be read. */
export async function readRows(
  model: LoadedModel,
  pictures: PictureSource,
  { layer, options, rng, signal, onPicture }: Reading,
): Promise<Rows> {
  const each = Math.max(1, Math.min(most.places, Math.floor(most.rows / pictures.names.length)));
  const opened = await probe(model, { ...options, batch }, (look) => ({
    rows: look.op.transpose(look.byUnit(layer), [0, 2, 1]),
  }));
  try {
    const rows: Float32Array[] = [];
    for await (const sight of lookAt(opened, pictures)) {
      signal?.throwIfAborted();
      onPicture?.(sight.index + 1);
      if ("error" in sight) continue;
      const { data, shape } = sight.values["rows"]!;
      const all = { count: shape[0]!, data: data as Float32Array };
      const places = Array.from(rng.split(sight.index).permutation(all.count).slice(0, each));
      rows.push(...places.map((place) => rowOf(all, place).slice()).filter((row) => row.every(Number.isFinite)));
    }
    const width = rows[0]?.length;
    if (width === undefined || width < 2)
      throw new XstarError(
        "bad-data",
        `Layer "${layer}" has no directions: it has ${width ?? "no"} units that can be read`,
      );
    return stacked(rows, width);
  } finally {
    await opened.release();
  }
}
