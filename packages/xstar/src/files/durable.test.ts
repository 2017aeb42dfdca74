import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { writeFileAtomic } from "./atomic.js";

const calls = vi.hoisted((): string[] => []);
vi.mock("node:fs/promises", async (load) => {
  const fs = await load<typeof import("node:fs/promises")>();
  return {
    ...fs,
    writeFile: (...given: Parameters<typeof fs.writeFile>) => {
      calls.push((given[2] as { flush?: boolean }).flush ? "write and sync" : "write");
      return fs.writeFile(...given);
    },
    rename: (...given: Parameters<typeof fs.rename>) => {
      calls.push("rename");
      return fs.rename(...given);
    },
    open: async (...given: Parameters<typeof fs.open>) => {
      const handle = await fs.open(...given);
      const sync = handle.sync.bind(handle);
      handle.sync = () => {
        calls.push("sync folder");
        return sync();
      };
      return handle;
    },
  };
});

test("a file is on the disk before it has its name, and its name before the work goes on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "xstar-durable-"));
  try {
    await writeFileAtomic(join(folder, "x.txt"), "whole");
    expect(calls).toEqual(["write and sync", "rename", "sync folder"]);
    expect(await readFile(join(folder, "x.txt"), "utf8")).toBe("whole");
  } finally {
    await rm(folder, { recursive: true });
  }
});
