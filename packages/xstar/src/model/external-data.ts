import { open, realpath, type FileHandle } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { externalConstants, XstarError, type ExternalConstant, type Model } from "@xstar/core";
import { explainSystemError } from "../files/system-error.js";

/** Files are read in parts of about this many bytes: Node reads at most 2 GiB at once. */
const partBytes = 2 ** 30;

/** Constants up to this size (shapes, axes, scalars) are taken into the graph itself, where rules can read them. */
const smallBytes = 2 ** 14;

/**
 * The weights in the files that a model names, by the location under which its constants then point to them. Only files in
 * the model's folder are read: a model from the internet could name any file of the machine otherwise.
 *
 * Throws `bad-model` for paths out of the folder (absolute, with `..`, or over a link) and for files that are too short,
 * `file-not-readable` for missing ones.
 */
export async function readExternalData(model: Model, folder: string | undefined): Promise<Map<string, Uint8Array>> {
  const parts = new Map<string, Uint8Array>();
  for (const [location, constants] of externalConstants(model)) {
    const path = await placeInFolder(location, folder);
    const file = await openOrExplain(path);
    try {
      const facts = await file.stat();
      if (!facts.isFile()) throw new XstarError("file-not-readable", `Cannot read "${path}": it is no file`);
      const { size } = facts;
      const needed = Math.max(...constants.map(({ offset, length }) => offset + length));
      if (size < needed) {
        throw new XstarError(
          "bad-model",
          `The model's weight file "${location}" is cut off: it has ${size} bytes, but the model reads ${needed}`,
          { hint: "Copy the file again" },
        );
      }
      for (const [k, part] of inParts(constants).entries()) {
        const name = k === 0 ? location : `${location}#${k}`;
        const start = part[0]!.offset;
        const end = Math.max(...part.map(({ offset, length }) => offset + length));
        const bytes = await readRange(file, path, start, end - start);
        parts.set(name, bytes);
        for (const one of part) point(one, name, start, bytes);
      }
    } finally {
      await file.close();
    }
  }
  return parts;
}

/** Neighbouring constants together, as long as what lies between the first and the last is not too much. */
function inParts(constants: readonly ExternalConstant[]): ExternalConstant[][] {
  const parts: ExternalConstant[][] = [];
  for (const constant of constants) {
    const part = parts.at(-1);
    if (part && constant.offset + constant.length - part[0]!.offset <= partBytes) part.push(constant);
    else parts.push([constant]);
  }
  return parts;
}

async function readRange(file: FileHandle, path: string, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(bytes, at, Math.min(length - at, partBytes), start + at);
    if (bytesRead === 0) throw new XstarError("file-not-readable", `"${path}" ended while it was being read`);
    at += bytesRead;
  }
  return bytes;
}

/** Lets a constant point into the part that was read. */
function point({ value, offset, length }: ExternalConstant, location: string, start: number, part: Uint8Array): void {
  const { dtype, shape } = value.constant!;
  const at = offset - start;
  const source = length <= smallBytes ? { bytes: part.slice(at, at + length) } : { location, offset: at, length };
  value.constant = { dtype, shape, source };
}

async function openOrExplain(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    throw explainSystemError("file-not-readable", path, error);
  }
}

async function placeInFolder(location: string, folder: string | undefined): Promise<string> {
  if (folder === undefined) {
    throw new XstarError("file-not-readable", `The model keeps weights in "${location}" beside it`, {
      hint: "Give the path of the model instead of its bytes",
    });
  }
  const path = join(folder, location);
  const isInside = !isAbsolute(location) && staysIn(folder, path) && staysIn(await real(folder), await real(path));
  if (isInside) return path;
  throw new XstarError("bad-model", `The model names the weight file "${location}", which lies outside its folder`, {
    hint: "Copy the file into the model's folder if you trust the model",
  });
}

function staysIn(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The path behind links; the path itself where it does not exist. */
async function real(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
