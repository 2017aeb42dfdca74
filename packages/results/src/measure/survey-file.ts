import type { Tensor } from "@xstar/core";
import { decodeTensors, encodeTensors } from "../codecs/safetensors.js";
import type { LayerSurvey, Survey } from "./survey.js";

interface Head {
  readonly layers: readonly { readonly name: string; readonly units: number; readonly top: number }[];
  readonly skipped: Survey["skipped"];
}

/** A survey as a file of tensors. */
export function encodeSurvey({ pictures, classes, layers, skipped }: Survey): Uint8Array {
  const all = Object.entries(layers);
  const head: Head = {
    layers: all.map(([name, { units, strongest }]) => ({ name, units, top: strongest.top })),
    skipped,
  };
  return encodeTensors({
    metadata: { survey: JSON.stringify(head) },
    tensors: {
      pictures: numbers("int32", pictures),
      classes: numbers("int32", classes),
      ...Object.fromEntries(all.flatMap(([, layer], i) => tensorsOf(layer, `${i}.`))),
    },
  });
}

function tensorsOf(
  { units, means, strongest, contributions, slopes }: LayerSurvey,
  prefix: string,
): [string, Tensor][] {
  const classes = [...contributions.keys()].toSorted((a, b) => a - b);
  const inRows = (of: ReadonlyMap<number, Float64Array>) => {
    const sums = new Float64Array(classes.length * units);
    classes.forEach((key, i) => sums.set(of.get(key)!, i * units));
    return numbers("float64", sums);
  };
  const parts = {
    means: numbers("float32", means),
    pictures: numbers("int32", strongest.pictures),
    peaks: numbers("float32", strongest.peaks),
    places: numbers("int32", strongest.places),
    classes: numbers("int32", Int32Array.from(classes)),
    contributions: inRows(contributions),
    slopes: inRows(slopes),
  };
  return Object.entries(parts).map(([name, tensor]) => [prefix + name, tensor]);
}

const numbers = (dtype: "float32" | "float64" | "int32", data: Float32Array | Float64Array | Int32Array): Tensor => ({
  dtype,
  shape: [data.length],
  data,
});

/** What such a file holds of one layer, or of all; undefined for what is none. */
export function decodeSurvey(bytes: Uint8Array, only?: string): Survey | undefined {
  const file = decodeTensors(bytes);
  const text = file?.metadata["survey"];
  if (!file || text === undefined) return undefined;
  const { layers, skipped } = JSON.parse(text) as Head;
  const part = <T>(name: string) => file.tensors[name]!.data as unknown as T;
  const layerAt = (i: number): LayerSurvey => {
    const { units, top } = layers[i]!;
    const byClass = (name: string) => {
      const sums = part<Float64Array>(`${i}.${name}`);
      const classes = [...part<Int32Array>(`${i}.classes`)];
      return new Map(classes.map((key, row) => [key, sums.slice(row * units, (row + 1) * units)]));
    };
    return {
      units,
      means: part(`${i}.means`),
      strongest: { top, pictures: part(`${i}.pictures`), peaks: part(`${i}.peaks`), places: part(`${i}.places`) },
      contributions: byClass("contributions"),
      slopes: byClass("slopes"),
    };
  };
  const wanted = layers.flatMap(({ name }, i) => (only === undefined || only === name ? [[name, i] as const] : []));
  return {
    pictures: part("pictures"),
    classes: part("classes"),
    skipped,
    layers: Object.fromEntries(wanted.map(([name, i]) => [name, layerAt(i)])),
  };
}
