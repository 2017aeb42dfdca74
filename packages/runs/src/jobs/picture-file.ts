import type { AscentResult } from "@xstar/core";
import { decodeTensors, encodeTensors, type KnownMetrics } from "@xstar/results";

/** What became of one unit. */
export type MadePicture = PictureDone | { readonly target: string; readonly failure: string };

export interface PictureDone extends PictureFacts {
  /** WebP. */
  readonly picture: Uint8Array;
  readonly thumbnail: Uint8Array;
  /** Mean activations of the network's last layer with places, in which pictures are compared; empty where it has none. */
  readonly features: Float32Array;
}

interface PictureFacts {
  readonly target: string;
  /** The objective at every step. */
  readonly curve: readonly number[];
  readonly step: number;
  readonly ended: AscentResult["ended"];
  readonly metrics: KnownMetrics;
  readonly warnings: readonly string[];
}

/** Pictures of one job as a file of tensors. */
export function encodePictures(made: readonly MadePicture[]): Uint8Array {
  const facts = made.map((one) => {
    if ("failure" in one) return one;
    const { picture: _, thumbnail: __, features: ___, ...rest } = one;
    return rest;
  });
  const bytes = (data: Uint8Array) => ({ dtype: "uint8" as const, shape: [data.length], data });
  const tensors = made.flatMap((one, i) =>
    "failure" in one
      ? []
      : [
          [`${i}.picture`, bytes(one.picture)] as const,
          [`${i}.thumbnail`, bytes(one.thumbnail)] as const,
          [`${i}.features`, { dtype: "float32" as const, shape: [one.features.length], data: one.features }] as const,
        ],
  );
  return encodeTensors({ metadata: { pictures: JSON.stringify(facts) }, tensors: Object.fromEntries(tensors) });
}

/** What such a file holds; undefined for what is none. */
export function decodePictures(bytes: Uint8Array): MadePicture[] | undefined {
  const file = decodeTensors(bytes);
  const text = file?.metadata["pictures"];
  if (!file || text === undefined) return undefined;
  const facts = JSON.parse(text) as (PictureFacts | { readonly target: string; readonly failure: string })[];
  const part = <T>(i: number, name: string) => file.tensors[`${i}.${name}`]!.data as unknown as T;
  return facts.map((one, i) =>
    "failure" in one
      ? one
      : {
          ...one,
          picture: part<Uint8Array>(i, "picture"),
          thumbnail: part<Uint8Array>(i, "thumbnail"),
          features: part<Float32Array>(i, "features"),
        },
  );
}
