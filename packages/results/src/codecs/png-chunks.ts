const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

/** A part of a PNG file: what it is in four letters, and its bytes. */
export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** Bytes of a chunk besides its data: length, type, check sum. */
const besides = 12;

/** A PNG file of these chunks, and of the one that ends it. */
export function writeChunks(chunks: readonly PngChunk[]): Uint8Array {
  const all = [...chunks, { type: "IEND", data: new Uint8Array() }];
  const file = new Uint8Array(all.reduce((length, { data }) => length + besides + data.length, signature.length));
  const view = new DataView(file.buffer);
  file.set(signature);
  let at = signature.length;
  for (const { type, data } of all) {
    const end = at + 8 + data.length;
    view.setUint32(at, data.length);
    file.set(toLatin1(type), at + 4);
    file.set(data, at + 8);
    view.setUint32(end, checkSum(file.subarray(at + 4, end)));
    at = end + 4;
  }
  return file;
}

/** The chunks of a PNG file; undefined where it is no whole one. */
export function readChunks(file: Uint8Array): PngChunk[] | undefined {
  if (!signature.every((byte, at) => file[at] === byte)) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const chunks: PngChunk[] = [];
  for (let at = signature.length; at + besides <= file.length;) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > file.length || view.getUint32(end) !== checkSum(file.subarray(at + 4, end))) return undefined;
    const chunk = { type: fromLatin1(file.subarray(at + 4, at + 8)), data: file.subarray(at + 8, end) };
    if (chunk.type === "IEND") return chunks;
    chunks.push(chunk);
    at = end + 4;
  }
  return undefined;
}

export const toLatin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

export function fromLatin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Of every byte what it does to a check sum. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1;
  return sum;
});

/** CRC-32. */
function checkSum(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (let at = 0; at < bytes.length; at++) sum = table[(sum ^ bytes[at]!) & 255]! ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}
