import { join } from "node:path";
import { XstarError } from "@xstar/core";
import { sha256Of } from "@xstar/results";
import { keyOfContent, type BlobStore, type ContentJob } from "@xstar/runs";
import { writeFileAtomic } from "../../files/atomic.js";
import { isThere } from "../../files/folder.js";
import type { FindContents } from "../atlas/job-thread.js";
import { readList } from "../atlas/local-contents.js";

/**
 * Fetches what jobs name from a store into a folder, each once, and checks that it is what its hash says. Names in jobs are never paths
 * out of that folder: what a job says is not trusted.
 */
export function fetchContents(blobs: BlobStore, folder: string): FindContents {
  const fetched = new Map<string, Promise<string>>();
  const fetchTo = (sha256: string, path: string): Promise<string> => {
    const known = fetched.get(path);
    if (known) return known;
    const fetching = fetchOnce(blobs, sha256, path);
    fetched.set(path, fetching);
    // who comes later tries again
    fetching.catch(() => fetched.delete(path));
    return fetching;
  };
  const picturesOf = async (job: ContentJob) => {
    if (job.kind === "pictures") return undefined;
    const { data } = job;
    const list = await fetchTo(checked(data.sha256), join(folder, "lists", `${data.sha256}.txt`));
    const entries = readList(new TextDecoder().decode(await contentOf(blobs, data.sha256)), list);
    const pictures = join(folder, "pictures");
    const wanted = job.kind === "survey" ? entries.slice(...job.range) : entries;
    for (const { sha256 } of wanted) await fetchTo(sha256, join(pictures, sha256));
    return { list, folder: pictures };
  };
  return async (job) => {
    const { sha256, name, beside } = job.model;
    const place = join(folder, "models", checked(sha256));
    const model = await fetchTo(sha256, join(place, plainName(name)));
    for (const one of beside) await fetchTo(checked(one.sha256), join(place, ...one.name.split("/").map(plainName)));
    return { model, pictures: await picturesOf(job) };
  };
}

async function fetchOnce(blobs: BlobStore, sha256: string, path: string): Promise<string> {
  if (!(await isThere(path))) await writeFileAtomic(path, await contentOf(blobs, sha256));
  return path;
}

async function contentOf(blobs: BlobStore, sha256: string): Promise<Uint8Array> {
  const bytes = await blobs.get(keyOfContent(sha256));
  if (!bytes)
    throw new XstarError("file-not-readable", `The store has no content of SHA-256 ${sha256.slice(0, 16)}...`, {
      hint: "Give this worker the --store of the sender; where it is that one, the same xstar atlas puts it there again",
    });
  if (sha256Of(bytes) === sha256) return bytes;
  throw new XstarError("bad-data", `The store has other bytes under SHA-256 ${sha256.slice(0, 16)}...`);
}

/** A hash as the name of a file. Throws `bad-data` for what is none. */
function checked(sha256: string): string {
  if (/^[0-9a-f]{64}$/.test(sha256)) return sha256;
  throw new XstarError("bad-data", `A job names a content that has no SHA-256: ${sha256}`);
}

/** A name that stays in its folder. Throws `bad-data`. */
function plainName(name: string): string {
  if (name !== "" && !name.startsWith(".") && !/[/\\\0:]/.test(name)) return name;
  throw new XstarError("bad-data", `A job names a file outside its folder: ${name}`);
}
