import type { GivenFile, ModelFacts } from "../engine/protocol.js";

/** A model whose files are kept in this browser. */
export interface StoredModel {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
}

const folderName = "models";

/** The folder of all models, in the browser's own file system; undefined where it has none. */
async function folderOf(id?: string, create = false): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle(folderName, { create });
    return id === undefined ? models : await models.getDirectoryHandle(id, { create });
  } catch {
    return undefined;
  }
}

/** Keeps the files of a model, so that its addresses work after this tab. Throws where there is no room. */
export async function storeModel({ id, name }: ModelFacts, files: readonly GivenFile[]): Promise<void> {
  const folder = await folderOf(id, true);
  if (!folder) return;
  const index: { name: string; paths: string[] } = { name, paths: [] };
  try {
    for (const [i, { path, bytes }] of files.entries()) {
      await write(folder, String(i), bytes);
      index.paths.push(path);
    }
    await write(folder, "index.json", new TextEncoder().encode(JSON.stringify(index)));
  } catch (error) {
    await deleteModel(id);
    throw error;
  }
}

async function write(folder: FileSystemDirectoryHandle, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
  await file.write(bytes);
  await file.close();
}

async function indexOf(folder: FileSystemDirectoryHandle): Promise<{ name: string; paths: string[] } | undefined> {
  try {
    const file = await (await folder.getFileHandle("index.json")).getFile();
    return JSON.parse(await file.text()) as { name: string; paths: string[] };
  } catch {
    return undefined;
  }
}

/** The files of a model that was kept; undefined for one that was not, or not whole. */
export async function storedModel(id: string): Promise<GivenFile[] | undefined> {
  const folder = await folderOf(id);
  const index = folder && (await indexOf(folder));
  if (!folder || !index) return undefined;
  return Promise.all(
    index.paths.map(async (path, i) => {
      const file = await (await folder.getFileHandle(String(i))).getFile();
      return { path, bytes: new Uint8Array(await file.arrayBuffer()) };
    }),
  );
}

export async function storedModels(): Promise<StoredModel[]> {
  const models = await folderOf();
  if (!models) return [];
  const found: StoredModel[] = [];
  for await (const [id, handle] of (
    models as unknown as { entries(): AsyncIterable<[string, FileSystemHandle]> }
  ).entries()) {
    if (handle.kind !== "directory") continue;
    const folder = handle as FileSystemDirectoryHandle;
    const index = await indexOf(folder);
    if (!index) continue;
    let bytes = 0;
    for (const i of index.paths.keys()) bytes += (await (await folder.getFileHandle(String(i))).getFile()).size;
    found.push({ id, name: index.name, bytes });
  }
  return found;
}

export async function deleteModel(id: string): Promise<void> {
  const models = await folderOf();
  await models?.removeEntry(id, { recursive: true }).catch(() => undefined);
}
