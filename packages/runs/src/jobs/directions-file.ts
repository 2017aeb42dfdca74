import { decodeSurvey, decodeTensors, encodeSurvey, encodeTensors } from "@xstar/results";
import type { FoundDirections } from "../directions/find-directions.js";

/** Directions as a file of tensors, which is the file of their survey as well. */
export function encodeDirections({ vectors: { count, data }, cells, survey }: FoundDirections): Uint8Array {
  const { metadata, tensors } = decodeTensors(encodeSurvey(survey))!;
  const vectors = { dtype: "float32" as const, shape: [count, data.length / count], data };
  const head = { ...metadata, directions: JSON.stringify({ cells: cells ?? null }) };
  return encodeTensors({ metadata: head, tensors: { ...tensors, vectors } });
}

/** What such a file holds; undefined for what is none. */
export function decodeDirections(bytes: Uint8Array): FoundDirections | undefined {
  const file = decodeTensors(bytes);
  const [head, vectors] = [file?.metadata["directions"], file?.tensors["vectors"]];
  if (head === undefined || !vectors) return undefined;
  const { cells } = JSON.parse(head) as { readonly cells: NonNullable<FoundDirections["cells"]> | null };
  return {
    vectors: { count: vectors.shape[0]!, data: vectors.data as Float32Array },
    ...(cells && { cells }),
    survey: decodeSurvey(bytes)!,
  };
}
