import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { XstarError, type AscentRecord } from "@xstar/core";
import type { Entry, Manifest } from "@xstar/results";
import { continueManifest, parseManifest } from "@xstar/runs";
import { temporaryName, writeFileAtomic } from "../../files/atomic.js";
import { readFileOrExplain } from "../../files/read.js";
import { readRecorded } from "./recorded.js";

const manifestFile = "manifest.json";

/** The manifest of a folder, or undefined when it has none. Throws `bad-data` for what is none. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, manifestFile);
  if (!(await stat(path).catch(() => undefined))) return undefined;
  const text = new TextDecoder().decode(await readFileOrExplain(path));
  const manifest = parseManifest(text);
  if (manifest) return manifest;
  throw new XstarError("bad-data", `"${path}" is not a manifest of pictures`, {
    hint: "Give another folder, or delete this one to begin again",
  });
}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFileAtomic(join(folder, manifestFile), `${JSON.stringify(manifest, undefined, 1)}\n`);
}

/** As `continueManifest`, from what the folder holds; targets whose files are gone wait again. */
export async function openManifest(
  folder: string,
  wanted: Parameters<typeof continueManifest>[2],
): Promise<ReturnType<typeof continueManifest>> {
  const known = await readManifest(folder);
  if (!known && (await stat(join(folder, "run.json")).catch(() => undefined))) {
    throw new XstarError("bad-argument", `"${folder}" holds a run of targets that were named one by one`, {
      hint: "Give another folder",
    });
  }
  const targets = known && (await Promise.all(known.targets.map((entry) => waitingIfGone(folder, entry))));
  return continueManifest(folder, known && { ...known, targets: targets! }, wanted);
}

async function waitingIfGone(folder: string, entry: Entry): Promise<Entry> {
  if (entry.status !== "done") return entry;
  const { file, record, transparent } = entry;
  const files = [file, record, ...(transparent === undefined ? [] : [transparent])];
  const found = await Promise.all(files.map((name) => stat(join(folder, name)).catch(() => undefined)));
  return found.every((one) => one?.isFile()) ? entry : waiting(entry);
}

/**
 * The targets, of which those wait again whose picture carries another run than the one of this `record`: of runs that once wrote
 * here at the same time, the later files are there.
 */
export async function waitingIfOfAnother(
  folder: string,
  targets: readonly Entry[],
  record: AscentRecord,
): Promise<Entry[]> {
  const { objectives: _, streams: __, assumed: ___, runtime: ____, ...own } = record;
  const wanted: Readonly<Record<string, unknown>> = JSON.parse(JSON.stringify(own));
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  return Promise.all(
    targets.map(async (entry) => {
      if (entry.status !== "done") return entry;
      const kept = await readRecorded(join(folder, entry.record));
      const found = { ...kept?.ascent } as Readonly<Record<string, unknown>>;
      const isSame = Object.keys(wanted).every((key) => !(key in found) || same(found[key], wanted[key]));
      return kept?.ascent && isSame && kept.pictures?.[0]?.target === entry.target ? entry : waiting(entry);
    }),
  );
}

function waiting({ target, slug, objective }: Entry): Entry {
  return { target, slug, objective, status: "waiting" };
}

/** What a killed run was just writing. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all(
    names.filter((name) => temporaryName.test(name)).map((name) => rm(join(folder, name), { force: true })),
  );
}
