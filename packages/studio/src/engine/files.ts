import { externalConstants, XstarError, type Runtime } from "@xstar/core";
import { endingOf, nameOfFile, type FileReference, type PictureSize } from "@xstar/results";
import { pictureEndings, type ModelFile, type Store } from "@xstar/runs";
import { loadModel } from "./load.js";
import type { GivenFile } from "./protocol.js";

/** Files in memory: what was dropped together, and what was added to it. */
export class Files implements Store {
  private readonly held = new Map<string, Uint8Array<ArrayBuffer>>();
  private readonly hashes = new Map<string, string>();

  constructor(files: readonly GivenFile[] = []) {
    this.add(files);
  }

  add(files: readonly GivenFile[]): void {
    for (const { path, bytes } of files) {
      this.held.set(path, bytes);
      this.hashes.delete(path);
    }
  }

  get paths(): readonly string[] {
    return [...this.held.keys()];
  }

  /** A path as it is, or the one file that is called so. */
  async locate(path: string): Promise<string> {
    if (this.held.has(path)) return path;
    const name = nameOfFile(path);
    return this.paths.find((one) => nameOfFile(one) === name) ?? path;
  }

  async reference(path: string): Promise<FileReference> {
    const place = await this.locate(path);
    const known = this.hashes.get(place) ?? (await hashOf(await this.read(place)));
    this.hashes.set(place, known);
    return { path, sha256: known };
  }

  async referenceModel(path: string, { source }: ModelFile) {
    const weights = [...externalConstants(source).keys()].map((location) =>
      this.reference(this.beside(path, location)),
    );
    return { ...(await this.reference(path)), weights: await Promise.all(weights) };
  }

  async isFolder(place: string): Promise<boolean> {
    return this.paths.some((path) => path.startsWith(`${place}/`));
  }

  async read(place: string): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = this.held.get(await this.locate(place));
    if (bytes) return bytes;
    throw new XstarError("file-not-readable", `There is no file "${nameOfFile(place)}" here`, {
      hint: "Drop it, with the model or alone",
    });
  }

  beside(path: string, name: string): string {
    const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
    return folder + name;
  }

  async readImage(place: string, size: PictureSize) {
    const { decodePicture } = await import("./decode.js");
    return decodePicture(await this.read(place), nameOfFile(place), size);
  }

  async openPictures(folder: string) {
    const names = this.picturesIn(folder);
    return { names, read: (i: number, size: PictureSize) => this.readImage(names[i]!, size) };
  }

  /** The picture files of a folder; of all when it is empty. */
  picturesIn(folder: string): string[] {
    const isPicture = (path: string) => pictureEndings.has(endingOf(path)) && endingOf(path) !== ".npy";
    return this.paths.filter((path) => isPicture(path) && (folder === "" || path.startsWith(`${folder}/`))).sort();
  }

  async loadModel(place: string, runtime: Runtime) {
    return loadModel(this, await this.locate(place), runtime);
  }
}

/** SHA-256 in hexadecimal digits. */
async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (!globalThis.crypto?.subtle) return (await import("./software-hash.js")).hashInSoftware(bytes);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
