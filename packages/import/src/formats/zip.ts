import { XstarError } from "@xstar/core";
import { gunzipSync, unzipSync } from "fflate";

/** Larger than any model that fits in memory: an archive that claims more is a trap. */
const largest = 4e9;

/** The entries of a zip archive whose names are wanted. Throws `bad-model` when it is damaged. */
export function readZip(bytes: Uint8Array, isWanted: (name: string) => boolean): Map<string, Uint8Array> {
  let total = 0;
  try {
    const entries = unzipSync(bytes, {
      filter: ({ name, originalSize, size }) => {
        if (!isWanted(name)) return false;
        total += originalSize;
        if (total > largest || originalSize > 2000 * (size + 1))
          throw new Error("it claims to hold far more than its size");
        return true;
      },
    });
    return new Map(Object.entries(entries));
  } catch (cause) {
    throw new XstarError("bad-model", "The archive is damaged", { hint: "Check that it was copied whole", cause });
  }
}

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The bytes, unpacked where they are packed by gzip. */
export function ungzip(bytes: Uint8Array): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  const claimed = new DataView(bytes.buffer, bytes.byteOffset + bytes.byteLength - 4, 4).getUint32(0, true);
  if (claimed > 2000 * bytes.byteLength)
    throw new XstarError("bad-model", "A packed file claims to hold far more than its size");
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new XstarError("bad-model", "A packed file is damaged", { hint: "Check that it was copied whole", cause });
  }
}
