import { XstarError } from "@xstar/core";

/** A model's files, wherever they are: on a disk, behind a URL, in a browser. */
export interface ModelFiles {
  /** Of the file that is the model, as `list` has it; a name that is not in the list is the folder's. */
  readonly name: string;
  /** Paths of the files that may belong to the model, with `/`, from the folder that the model lies in (or is). */
  list(): Promise<readonly string[]>;
  /** The bytes of a file of the list. */
  read(path: string): Promise<Uint8Array>;
}

/** Reads a file that another one names, which must lie in the model's folder. Throws `bad-model` and what `read` throws. */
export function readBeside(files: ModelFiles, path: string, from = files.name): Promise<Uint8Array> {
  const isInside = !/^([a-z]+:|[\\/])/i.test(path) && !path.split(/[\\/]/).includes("..");
  if (!isInside)
    throw new XstarError("bad-model", `"${from}" names the file "${path}", which is outside of the model's folder`);
  const folder = from.includes("/") ? from.slice(0, from.lastIndexOf("/") + 1) : "";
  return files.read(folder + path);
}

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** JSON from bytes; undefined when they are none. */
export function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes)) as unknown;
  } catch {
    return undefined;
  }
}
