import { tensor, XstarError, type Tensor } from "@xstar/core";
import type { Dataset, Group } from "jsfive";
import type { LayerWeight } from "./layer-weight.js";

/** An HDF5 file: attributes of its root, and every array with the names of the groups that it lies in. */
export interface Hdf5 {
  text(attribute: string): string | undefined;
  readonly arrays: readonly LayerWeight[];
}

/** Throws `bad-model` when the file is damaged. */
export async function readHdf5(bytes: Uint8Array): Promise<Hdf5> {
  const { File } = await import("jsfive");
  const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  const file = explaining(() => new File(whole as ArrayBuffer));
  return {
    text(attribute) {
      const value = explaining(() => file.attrs[attribute]);
      return typeof value === "string" ? value.replaceAll("\0", "") : undefined;
    },
    arrays: explaining(() => arraysIn(file, [])),
  };
}

/** Deeper than any network nests its layers; a damaged file may go round in circles. */
const deepest = 32;

function arraysIn(group: Group, path: readonly string[]): LayerWeight[] {
  if (path.length > deepest) throw new Error("groups without end");
  return group.keys.flatMap((key) => {
    const found = group.get(key);
    const place = [...path, key];
    if (!found) return [];
    if (!("shape" in found)) return arraysIn(found, place);
    return [{ path: place, read: () => explaining(() => tensorOf(found)) }];
  });
}

function tensorOf(data: Dataset): Tensor {
  const { shape, value } = data;
  return tensor("float32", new Float32Array(typeof value === "number" ? [value] : value), shape);
}

/** The reader throws strings and whatever a damaged file leads to. */
function explaining<T>(work: () => T): T {
  try {
    return quietly(work);
  } catch (cause) {
    throw new XstarError("bad-model", "The HDF5 file is damaged, or of a kind that cannot be read", {
      hint: "Check that it was copied whole, or save the model again",
      cause,
    });
  }
}

/** The reader warns on the console of attributes that it does not know, with bytes of the file as they are. */
function quietly<T>(work: () => T): T {
  const { console } = globalThis as unknown as { readonly console: { warn: unknown } };
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return work();
  } finally {
    console.warn = warn;
  }
}
