import { router } from "../address/router.svelte.js";
import type { GivenFile, Received } from "../engine/protocol.js";
import { engine, problemOf, studio, type Problem } from "./studio.svelte.js";
import { bytesOfTab } from "../engine/tab-memory.js";

type DropState =
  | { readonly is: "idle" }
  | { readonly is: "reading"; readonly what: string }
  | { readonly is: "failed"; readonly problem: Problem; readonly files: readonly GivenFile[] };

/** Files that are dropped anywhere, or chosen. */
class Drop {
  state = $state.raw<DropState>({ is: "idle" });
  isOver = $state(false);
  /** A picture that carries a run, waiting for its model. */
  record = $state.raw<Extract<Received, { kind: "record" }>>();
  /** Pictures that were dropped beside a model. */
  pictures = $state.raw<readonly string[]>([]);

  /** Gives what the files were; undefined where they were nothing, which `state` explains. */
  async take(files: readonly GivenFile[]): Promise<Received | undefined> {
    if (files.length === 0) return undefined;
    const failed = this.state;
    // what was missing is dropped afterwards
    const earlier = failed.is === "failed" && failed.problem.details?.["missing"] ? failed.files : [];
    const all = [...earlier.filter((one) => !files.some(({ path }) => path === one.path)), ...files];
    const megabytes = all.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1e6;
    this.state = { is: "reading", what: `${megabytes.toFixed(1)} MB` };
    try {
      await studio.start();
      const received = await engine.call(
        "receive",
        { files: all },
        {
          onNews: ({ reading }) => (this.state = { is: "reading", what: `${reading}, ${megabytes.toFixed(1)} MB` }),
        },
      );
      this.state = { is: "idle" };
      this.arrive(received, all);
      return received;
    } catch (error) {
      this.state = { is: "failed", problem: problemOf(error), files: all };
      return undefined;
    }
  }

  dismiss(): void {
    this.state = { is: "idle" };
  }

  private arrive(received: Received, files: readonly GivenFile[]): void {
    if (received.kind === "model") {
      const { id, name } = studio.keep(received.model, files);
      studio.say(`${name} is open`);
      const wanted = this.record;
      if (wanted?.modelSha256 === received.model.sha256)
        return this.openRecord({ ...wanted, modelId: id, isOpen: true });
      router.go(["m", id]);
    } else if (received.kind === "record") this.openRecord(received);
    else {
      this.pictures = [...new Set([...this.pictures, ...received.paths])];
      studio.say(`${received.paths.length} pictures are here`);
    }
  }

  private openRecord(record: Extract<Received, { kind: "record" }>): void {
    this.record = record;
    if (record.isOpen || record.modelId === "article")
      router.go(["m", record.modelId, "run"], new URLSearchParams({ from: record.path }));
    else router.go(["m", record.modelId]);
  }
}

export const drop = new Drop();

/** A file is held by the page, by the engine, and once more where its numbers are packed for it. */
const timesHeld = 3;

/** The files of a drop; of folders all that is in them. */
export async function filesOf(transfer: DataTransfer): Promise<GivenFile[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (entries.length === 0) return readAll([...transfer.files].map((file) => ({ path: file.name, file })));
  const found: Found[] = [];
  for (const entry of entries) found.push(...(await within(entry)));
  return readAll(withoutFolder(found));
}

interface Found {
  readonly path: string;
  readonly file: File;
}

async function within(entry: FileSystemEntry): Promise<Found[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Found[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const one of some) found.push(...(await within(one)));
  }
}

/** Of one folder its files without its name, as a model names them. */
function withoutFolder(found: readonly Found[]): Found[] {
  const [first] = found;
  const folder = first?.path.includes("/") ? first.path.slice(0, first.path.indexOf("/") + 1) : "";
  const isOne = folder !== "" && found.every(({ path }) => path.startsWith(folder));
  return found.map(({ path, file }) => ({ path: isOne ? path.slice(folder.length) : path, file }));
}

export async function readAll(found: readonly Found[]): Promise<GivenFile[]> {
  const total = found.reduce((sum, { file }) => sum + file.size, 0);
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  if (timesHeld * total > bytesOfTab()) {
    drop.state = {
      is: "failed",
      files: [],
      problem: {
        code: "bad-data",
        message: `${gigabytes(total)} of files may need about ${gigabytes(timesHeld * total)} of memory, more than the ${gigabytes(bytesOfTab())} that a tab may take here`,
        hint: "Use the command line for it: npx xstar maximize model.onnx conv2:7",
      },
    };
    return [];
  }
  return Promise.all(found.map(async ({ path, file }) => ({ path, bytes: new Uint8Array(await file.arrayBuffer()) })));
}

/** Lets somebody choose files. */
export function openPicker(isFolder = false): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  if (isFolder) input.webkitdirectory = true;
  input.onchange = async () => {
    const found = [...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
    await drop.take(await readAll(withoutFolder(found)));
  };
  input.click();
}
