import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const script = fileURLToPath(new URL("../../../../scripts/vjp-cases.js", import.meta.url));
const isBuilt = existsSync(new URL("../../dist/files/read.js", import.meta.url));
const shared = fileURLToPath(new URL("../../../../../shared/vjp-cases/act_relu", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-vjp-cases-"));
});
afterAll(() => rm(folder, { recursive: true }));

function check(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: "utf8" });
  return { status, out: stdout, err: stderr };
}

describe.skipIf(!isBuilt)("npm run vjp-cases", () => {
  test("says in a sentence that there is no index, or a bad one", async () => {
    expect(check("missing")).toEqual({
      status: 2,
      out: "",
      err: `Error: Cannot read "${join("missing", "index.json")}": it does not exist\n`,
    });
    await writeFile(join(folder, "index.json"), '{"name": 1}');
    expect(check(".")).toEqual({
      status: 2,
      out: "",
      err: 'Error: "index.json" is not a JSON list of cases with names\n',
    });
  });

  test("counts a case whose files are missing as failed", async () => {
    await writeFile(join(folder, "index.json"), '[{"name": "none", "tolerance": 0.001}]');
    expect(check(".")).toMatchObject({
      status: 1,
      out: expect.stringMatching(
        /^FAILED none: Cannot read "none.[xy]\.npy": it does not exist \[file-not-readable\]\n0 passed, 1 failed\n$/,
      ),
    });
  });

  test.skipIf(!existsSync(shared))("counts a case whose gradient is right as passed", async () => {
    await cp(shared, join(folder, "act_relu"), { recursive: true });
    await writeFile(join(folder, "index.json"), '[{"name": "act_relu", "tolerance": 0.001}]');
    expect(check(".")).toMatchObject({ status: 0, out: "1 passed, 0 failed\n" });
  });
});
