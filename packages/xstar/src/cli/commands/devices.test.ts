import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest, RunFile } from "@xstar/results";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasSwiftShader } from "../../../../../scripts/swiftshader.js";
import { tinyModel } from "../../../../results/src/testing/tiny-model.js";
import { runCli } from "../../testing/run-cli.js";

let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-devices-"));
  await writeFile(join(folder, "tiny.onnx"), tinyModel());
  if (!hasSwiftShader) return;
  await symlink("/usr/lib/chromium/libvulkan.so.1", join(folder, "libvulkan.so.1"));
  env = { LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: "/usr/lib/chromium/vk_swiftshader_icd.json" };
});
afterAll(() => rm(folder, { recursive: true }));

const maximize = (out: string, ...args: string[]) =>
  runCli(folder, ["maximize", ...args, "--format", "none", "--out", out], undefined, env);
const recordIn = async (out: string) => JSON.parse(await readFile(join(folder, out, "run.json"), "utf8")) as RunFile;

describe("xstar maximize --device", () => {
  it.skipIf(process.platform !== "linux")("says what a device needs that is not there", async () => {
    const { code, err } = await maximize("cuda", "tiny.onnx", "conv:1", "--device", "cuda");
    expect(code).toBe(1);
    expect(err).toMatch(/^Error: CUDA is not installed: [^\n]+\nHint: With CUDA 12 and cuDNN 9 there: [^\n]+\n$/);
    const { err: other } = await maximize("coreml", "tiny.onnx", "conv:1", "--device", "coreml");
    expect(other).toMatch(/^Error: Core ML is part of macOS: this system has none\nHint: [^\n]+\n$/);
  });

  it("names the devices where there is none of a name", async () => {
    const { code, err } = await maximize("tpu", "tiny.onnx", "conv:1", "--device", "tpu");
    expect(code).toBe(2);
    expect(err).toMatch(/^Error: There is no device "tpu"\nHint: Devices are cpu, webgpu, cuda, coreml, dml, and auto/);
  });

  it("says where there is no float16", async () => {
    const half = (...args: string[]) =>
      maximize("half", "tiny.onnx", "conv:1", "--steps", "2", "--precision", "float16", ...args);
    expect((await half()).err).toMatch(
      /^Error: float16 is for devices: the processor has no units for it\nHint: [^\n]+\n$/,
    );
    if (!hasSwiftShader) return;
    // a driver in software has none either
    const { code, err } = await half("--device", "webgpu");
    expect(err).toMatch(/^Error: This machine's webgpu computes nothing in float16\nHint: [^\n]+\n$/);
    expect(code).toBe(1);
  });

  it("cpu is what is used without it", async () => {
    await maximize("plain", "tiny.onnx", "conv:1", "--steps", "2");
    await maximize("cpu", "tiny.onnx", "conv:1", "--steps", "2", "--device", "cpu");
    const png = (out: string) => readFile(join(folder, out, "conv-1.png"));
    expect(await png("cpu")).toEqual(await png("plain"));
    expect(await recordIn("cpu")).not.toHaveProperty("device");
  });

  it.skipIf(!hasSwiftShader)(
    "webgpu climbs as the processor does, and says so where it is run again on the other (skips without Chromium)",
    async () => {
      const { code, err } = await maximize("gpu", "tiny.onnx", "conv:1", "--steps", "3", "--device", "webgpu");
      expect(err).not.toContain("was left");
      expect(code).toBe(0);
      const { device, ascent, pictures } = await recordIn("gpu");
      expect(device).toBe("webgpu");
      expect(ascent.runtime).toMatch(/^webgpu 1\./);
      const again = await maximize("again", "--from", "gpu/run.json", "--device", "cpu");
      expect(again.err).toMatch(
        /Note: "gpu\/run.json" was run by webgpu [^,]+, this by cpu [^:]+: the bytes may differ; the objective at step 0 is the same to /,
      );
      const fromPicture = await maximize("from-png", "--from", "gpu/conv-1.png", "--device", "cpu");
      expect(fromPicture.err).toMatch(
        /"gpu\/conv-1.png" was run by webgpu .*: the bytes may differ; the objective at step 0 is the same to /,
      );
      // views that are turned are summed in any order
      const same = await maximize("same", "--from", "gpu/conv-1.png");
      expect(same.out + same.err).toMatch(
        /bit for bit|by webgpu .*, this by webgpu .*: the bytes may differ; the objective at step 0/,
      );
      const { curve } = (await recordIn("again")).pictures[0]!;
      pictures[0]!.curve.forEach((value, i) => expect(value).toBeCloseTo(curve[i]!, 3));
    },
  );
});

describe.skipIf(!hasSwiftShader)("many targets on webgpu (skips without Chromium)", () => {
  it("are the pictures of the processor, in one process, and each runs again alone", async () => {
    const many = (out: string, ...args: string[]) =>
      runCli(
        folder,
        ["maximize", "tiny.onnx", "conv:0-2", "--recipe", "none", "--steps", "3", "--out", out, ...args],
        undefined,
        env,
      );
    const { code, err, out } = await many("many", "--device", "webgpu");
    expect(err).not.toContain("was left");
    expect(out).toMatch(/^3 pictures made\n/);
    expect(code).toBe(0);
    await many("many-cpu");
    const manifestIn = async (place: string) =>
      JSON.parse(await readFile(join(folder, place, "manifest.json"), "utf8")) as Manifest;
    const [here, there] = [await manifestIn("many"), await manifestIn("many-cpu")];
    expect(here.ascent).toMatchObject({ device: "webgpu" });
    const endsOf = ({ targets }: Manifest) =>
      targets.map((entry) => (entry.status === "done" ? entry.activation.end : NaN));
    endsOf(here).forEach((end, i) => expect(end).toBeCloseTo(endsOf(there)[i]!, 3));
    const again = await maximize("one", "--from", "many/conv-1.png");
    expect(again.out).toContain("The numbers are those of many/conv-1.png, bit for bit");
    const { device, ascent } = await recordIn("one");
    expect(device).toBe("webgpu");
    expect(ascent.runtime).toMatch(/^webgpu 1\./);
  });

  it("are not mixed with those of the processor, nor made in threads", async () => {
    const { err } = await runCli(
      folder,
      [
        "maximize",
        "tiny.onnx",
        "conv:0-2",
        "--recipe",
        "none",
        "--steps",
        "3",
        "--device",
        "webgpu",
        "--out",
        "many-cpu",
      ],
      undefined,
      env,
    );
    expect(err).toMatch(/"many-cpu" holds pictures that were made with another "(device|threads)"/);
    const threads = await runCli(
      folder,
      ["maximize", "tiny.onnx", "conv:0-2", "--device", "webgpu", "--jobs", "2", "--out", "threads"],
      undefined,
      env,
    );
    expect(threads.err).toMatch(
      /^Error: Many targets on a device are made one batch after the other: jobs is 2\nHint: /,
    );
    expect(threads.code).toBe(2);
  });
});

describe("xstar devices", () => {
  it("lists what is here, with a measured step, and what the others need", async () => {
    const { code, out } = await runCli(folder, ["devices"]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^device +ONNX Runtime +article, a step +SqueezeNet, a step\ncpu +cpu [\d.]+ \d+t +[\d.]+ ms +[\d.]+ ms\n/,
    );
    expect(out).toMatch(/\nNot here:\n/);
    const { out: json } = await runCli(folder, ["devices", "--json"]);
    const rows = JSON.parse(json) as { device: string; missing?: string }[];
    expect(rows.map(({ device }) => device)).toEqual(["cpu", "webgpu", "cuda", "coreml", "dml"]);
    expect(rows[0]).toMatchObject({ article: expect.any(Number), squeezeNet: expect.any(Number) });
  });
});
