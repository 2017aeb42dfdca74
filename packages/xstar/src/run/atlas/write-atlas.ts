import { readdir, rm, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import type { LoadedModel } from "@xstar/core";
import { atlasPage, type PictureSource } from "@xstar/results";
import {
  asData,
  assembleAtlas,
  checksums,
  citationOf,
  sumOf,
  wantedUnits,
  type AtlasPart,
  type AtlasPlan,
  type ResultStore,
} from "@xstar/runs";
import { temporaryName, writeFileAtomic } from "../../files/atomic.js";
import { readIfThere } from "../../files/read.js";
import type { AtlasBeside } from "./beside.js";
import { sharpCodec } from "../../files/sharp-codec.js";

/** What an atlas is written from. */
export interface WriteAtlasOptions {
  readonly plan: AtlasPlan;
  readonly store: ResultStore;
  readonly name: string;
  readonly labels: readonly string[] | undefined;
  readonly pictures: PictureSource | undefined;
  readonly model: LoadedModel;
  /** Atlases of other networks that its pages compare with. */
  readonly beside: readonly AtlasBeside[];
}

/** What was written. */
export interface WrittenAtlas {
  readonly units: number;
  readonly ofUnits: number;
  readonly failures: readonly { readonly target: string; readonly reason: string }[];
  readonly bytes: number;
}

/** Writes the pages of what the jobs gave so far; files that hold the same already stay. */
export async function writeAtlas(folder: string, options: WriteAtlasOptions): Promise<WrittenAtlas> {
  const { plan } = options;
  await removeLeftovers(folder);
  const sums = new Map<string, string>();
  const failures: { target: string; reason: string }[] = [];
  let [bytes, units] = [0, 0];
  const write = async (part: AtlasPart) => {
    const path = join(folder, part.path);
    const content = typeof part.bytes === "string" ? new TextEncoder().encode(part.bytes) : part.bytes;
    sums.set(part.path, sumOf(part));
    bytes += content.length;
    const facts = await stat(path).catch(() => undefined);
    const before = facts?.size === content.length ? await readIfThere(path) : undefined;
    if (!before || Buffer.compare(before, content) !== 0) await writeFileAtomic(path, content);
  };
  for await (const part of assembleAtlas({ ...options, codec: sharpCodec })) {
    await write(part);
    if (/^f\/[^/]+\/\d+\.webp$/.test(part.path)) units++;
    if (part.path.startsWith("d/") && part.path.endsWith(".json")) failures.push(...failuresIn(part));
  }
  for (const part of asData("beside", options.beside)) await write(part);
  await write(citationOf(plan, options.name));
  await write({ path: "index.html", bytes: atlasPage(options.name) });
  await write({ path: "SHA256SUMS", bytes: checksums(sums) });
  await removeOthers(folder, sums);
  return { units, ofUnits: wantedUnits(plan), failures, bytes };
}

function failuresIn({ bytes }: AtlasPart): { target: string; reason: string }[] {
  const { layer, failures } = JSON.parse(bytes as string) as { layer: string; failures: Record<string, string> };
  return Object.entries(failures).map(([unit, reason]) => ({ target: `${layer}:${unit}`, reason }));
}

/** Data and pictures of before that the atlas has no more. */
async function removeOthers(folder: string, kept: ReadonlyMap<string, string>): Promise<void> {
  for (const part of ["d", "f", "s", "v", "x"]) {
    const entries = await readdir(join(folder, part), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && !kept.has(relative(folder, path).replaceAll(sep, "/"))) await rm(path, { force: true });
    }
  }
}

/** What a run that was killed was just writing. */
async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const left = names.filter((name) => temporaryName.test(basename(name)));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
}
