import { textOf } from "../files.js";
import { Table } from "../formats/flatbuffer.js";
import { readZip } from "../formats/zip.js";

/** What a file tells besides its network. */
export interface FileFacts {
  readonly labels: readonly string[] | undefined;
  /** Entries of the ONNX file's metadata. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A range of pixels as ONNX's metadata calls it; undefined for one that it has no name for. */
export function pixelRange(low: number, high: number): string | undefined {
  const names = [
    [0, 255, "NominalRange_0_255"],
    [0, 1, "Normalized_0_1"],
    [-1, 1, "Normalized_1_1"],
  ] as const;
  return names.find(([l, h]) => Math.abs(low - l) + Math.abs(high - h) < 0.02 * (h - l))?.[2];
}

/** Labels lie in a zip archive behind the flatbuffer; the metadata says how pixels are scaled. */
export function readFacts(bytes: Uint8Array, metadata: Uint8Array | undefined): FileFacts {
  const range = metadata && normalizedRange(metadata);
  return { labels: labelsIn(bytes), metadata: range ? { "Image.NominalPixelRange": range } : {} };
}

function labelsIn(bytes: Uint8Array): readonly string[] | undefined {
  // the end of an archive is within 64 KB of the end of the file
  const tail = bytes.subarray(Math.max(0, bytes.byteLength - 65_557));
  const hasArchive = tail.some(
    (byte, i) => byte === 0x50 && tail[i + 1] === 0x4b && tail[i + 2] === 5 && tail[i + 3] === 6,
  );
  if (!hasArchive) return undefined;
  const files = readZip(bytes, (name) => /label.*\.txt$|\.txt$/i.test(name));
  const [first] = files.values();
  return first && textOf(first).trimEnd().split(/\r?\n/);
}

/** (pixel - mean) / deviation, of pixels from 0 to 255. */
function normalizedRange(metadata: Uint8Array): string | undefined {
  const [graph] = Table.root(metadata).tables(3);
  const [input] = graph?.tables(2) ?? [];
  const unit = input
    ?.tables(4)
    .find((one) => one.byte(0) === 1)
    ?.table(1);
  const [[mean], [deviation]] = [unit?.floats(0) ?? [], unit?.floats(1) ?? []];
  return mean === undefined || !deviation ? undefined : pixelRange((0 - mean) / deviation, (255 - mean) / deviation);
}
