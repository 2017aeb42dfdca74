import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { XstarError } from "@xstar/core";
import type { ModelFile, SourceFiles } from "@xstar/runs";
import type { FileReference, ModelReference, RunFiles } from "@xstar/results";
import { mnistFolder } from "../data/dataset.js";
import { filesIn, isFolder } from "../files/folder.js";
import { explainSystemError } from "../files/system-error.js";

/** What a run that repeats another one knows about files. */
export interface KnownFiles {
  readonly files: RunFiles;
  /** Where the record was found. */
  readonly folder: string;
  /** Where the model is, when it is not where the record says. */
  readonly model?: string | undefined;
}

export function createSourceFiles(from?: KnownFiles): SourceFiles {
  const known = new Map(from ? referencesOf(from.files).map((one) => [one.path, one.sha256]) : []);
  const located = new Map<string, Promise<string>>();

  async function search(path: string): Promise<string> {
    const expected = known.get(path);
    const packaged = path === "mnist" ? mnistFolder() : undefined;
    if (expected === undefined || !from) return packaged ?? path;
    const isMoved = from.model !== undefined && path === from.files.model.path;
    const places = isMoved ? [from.model!] : [path, ...placesNear(from.folder, path)];
    const found = packaged ?? (await firstFile(places, expected));
    if (found === undefined && isMoved) {
      throw new XstarError("file-not-readable", `Cannot read "${from.model}": it does not exist`, {
        hint: "With --from the first word is where the model is now, and targets come behind it",
      });
    }
    if (found === undefined && path === from.files.model.path) {
      throw new XstarError("file-not-readable", `Cannot read "${path}": it does not exist`, {
        hint: "Give the model's present path after --from FILE",
      });
    }
    if (found === undefined) throw missing(path, from.files);
    await checkContent(found, expected);
    return found;
  }
  function locate(path: string): Promise<string> {
    const place = located.get(path) ?? search(path);
    located.set(path, place);
    return place;
  }
  async function reference(path: string): Promise<FileReference> {
    return { path, sha256: known.get(path) ?? (await hashPath(await locate(path))) };
  }
  return {
    locate,
    reference,
    async referenceModel(path, model) {
      const expected = from && modelsOf(from.files).find((one) => one.path === path)?.weights;
      const weights = weightPaths(model).map(async (location) => {
        const place = join(dirname(model.path!), location);
        const before = expected?.find((one) => one.path === location);
        if (before) await checkContent(place, before.sha256);
        return before ?? { path: location, sha256: await hashFile(place) };
      });
      return { ...(await reference(path)), weights: await Promise.all(weights) };
    },
  };
}

/** A file that is nowhere, and the flag that says where it is now. */
function missing(path: string, { models, generators, images, inputs }: RunFiles): XstarError {
  const flags = { "--second": models, "--generator": generators, "--image": images, "--input": inputs };
  const moved = Object.entries(flags).flatMap(([flag, files]) =>
    Object.entries(files).flatMap(([name, file]) => (file.path === path ? [`${flag} ${name}=NEWPATH`] : [])),
  );
  return new XstarError("file-not-readable", `Cannot read "${path}": it does not exist`, {
    hint: moved[0] === undefined ? "Put it where it was, or beside the record" : `Say where it is now with ${moved[0]}`,
  });
}

/** Throws `bad-data` when a file does not hold what a record says. */
async function checkContent(path: string, sha256: string): Promise<void> {
  if ((await hashPath(path)) === sha256) return;
  const what = (await isFolder(path)) ? "folder" : "file";
  throw new XstarError(
    "bad-data",
    `"${path}" is not the ${what} that the picture was made with: its SHA-256 is another`,
    {
      hint: `Give the ${what} of SHA-256 ${sha256.slice(0, 16)}...`,
    },
  );
}

/** Locations of external data, where a large one is held in several parts, named with # behind it; shards of other formats. */
function weightPaths({ files, source, parts }: ModelFile): string[] {
  const own = [...files].filter(([, bytes]) => bytes !== source.bytes).map(([location]) => location);
  return [...new Set([...own, ...parts].map((location) => location.replace(/#\d+$/, "")))].toSorted();
}

function modelsOf({ model, models, generators }: RunFiles): ModelReference[] {
  return [model, ...Object.values(models), ...Object.values(generators)];
}

function referencesOf(files: RunFiles): FileReference[] {
  const others = [files.images, files.starts, files.inputs].flatMap((named) => Object.values(named));
  return [...modelsOf(files), ...others];
}

/** Where a file of a record may be: beside the record, or below a folder that holds the record. */
function placesNear(folder: string, path: string): string[] {
  const beside = join(folder, basename(path));
  return isAbsolute(path) ? [beside] : [join(folder, path), beside, ...foldersAbove(folder).map((x) => join(x, path))];
}

function foldersAbove(folder: string): string[] {
  const [here, above] = [resolve(folder), resolve(folder, "..")];
  return above === here ? [] : [above, ...foldersAbove(above)];
}

/** The first that is there and holds what it should; if none does, the first that is there. */
async function firstFile(paths: readonly string[], sha256: string): Promise<string | undefined> {
  const there: string[] = [];
  for (const path of paths) {
    const facts = await stat(path).catch(() => undefined);
    if (facts?.isFile() || facts?.isDirectory()) there.push(path);
  }
  if (there.length < 2) return there[0];
  for (const path of there) if ((await hashPath(path)) === sha256) return path;
  return there[0];
}

/** Of a file; of a folder, of what is in it and in its folders, by name. */
async function hashPath(path: string): Promise<string> {
  if (!(await isFolder(path))) return hashFile(path);
  const hash = createHash("sha256");
  for (const name of await filesIn(path)) hash.update(`${name}\0${await hashFile(join(path, name))}\0`);
  return hash.digest("hex");
}

/** SHA-256 of a file, which may be larger than the memory. Throws `file-not-readable`. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw explainSystemError("file-not-readable", path, error);
  }
  return hash.digest("hex");
}
