import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOps, createRng, Graph, tensor, writeModel } from "@xstar/core";
import type { DiagnosisFile } from "@xstar/results";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { main } from "../main.js";

const side = 16;

/** A network that tells bright pictures from dark ones. */
function lightMeter(): Uint8Array {
  const graph = new Graph("light");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, side, side] });
  const mean = op.relu(op.reduceMean(op.flatten(x), [1], true));
  const weights = op.constant(tensor("float32", [-20, 20], [1, 2]));
  const scores = op.add(op.matMul(mean, weights), op.constant(tensor("float32", [10, -10], [1, 2])));
  scores.name = graph.uniqueName("scores");
  graph.output(scores);
  return writeModel(graph, { opsets: new Map([["", 20]]), freeBatch: "N" });
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-diagnose-"));
  await writeFile(join(folder, "net.onnx"), lightMeter());
  await writeFile(join(folder, "labels.txt"), "night\nday\n");
  const rng = createRng(1);
  const list: string[] = [];
  for (const [label, level] of [
    ["night", 70],
    ["day", 180],
  ] as const) {
    await mkdir(join(folder, "photos", label), { recursive: true });
    await mkdir(join(folder, "flat"), { recursive: true });
    for (let i = 0; i < 40; i++) {
      const noise = rng.split(`${label} ${i}`).normals(side * side);
      const pixels = Uint8Array.from(noise, (x) => Math.min(255, Math.max(0, level + 25 * x)));
      const path = join(folder, "photos", label, `${i}.png`);
      await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
        .png()
        .toFile(path);
      list.push(`photos/${label}/${i}.png,${label}`);
    }
  }
  await writeFile(join(folder, "photos", "day", "broken.png"), "not a picture");
  await writeFile(join(folder, "list.csv"), `path,label\n${list.join("\n")}\nphotos/day/1.png,dusk\n`);
  const lines = list.map((line) => JSON.stringify({ path: line.split(",")[0], label: line.endsWith("day") ? 1 : 0 }));
  await writeFile(join(folder, "list.jsonl"), lines.join("\n"));
  await sharp(new Uint8Array(side * side), { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toFile(join(folder, "flat", "a.png"));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** Runs `xstar diagnose`; gives the exit code, what was printed, and diagnosis.json. */
async function run(images: string, ...args: string[]) {
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const err = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const to = join(folder, "out");
  await rm(to, { recursive: true, force: true });
  const code = await main([
    "diagnose",
    join(folder, "net.onnx"),
    "--images",
    join(folder, images),
    "--out",
    to,
    ...args,
  ]);
  const text = (spy: typeof out) => spy.mock.calls.map(([chunk]) => chunk).join("");
  const read = await readFile(join(to, "diagnosis.json"), "utf8").catch(() => "null");
  return { code, out: text(out), err: text(err), file: JSON.parse(read) as DiagnosisFile, to };
}

const accuracyIn = ({ findings }: DiagnosisFile) =>
  findings.find(({ check }) => check === "errors")!.numbers["accuracy"];

describe("xstar diagnose", () => {
  test("says how good a network is, names what it cannot read, and writes a report", async () => {
    const { code, out, err, file, to } = await run("photos");
    expect(code).toBe(0);
    expect(accuracyIn(file)).toBe(1);
    expect(file.images).toMatchObject({ count: 81, seen: 80 });
    expect(file.images.skipped[0]!.name).toBe(join("day", "broken.png"));
    expect(err).toContain("1 picture could not be read");
    expect(out).toContain(file.summary);
    expect(file.isWhole).toBe(true);
    expect(await readFile(join(to, "diagnosis.html"), "utf8")).toContain("What is wrong with net?");
  });

  test("takes lists of paths and labels, and says which labels are no classes", async () => {
    const csv = await run("list.csv");
    expect([csv.code, accuracyIn(csv.file), csv.file.images.seen]).toEqual([0, 1, 81]);
    expect(csv.err).toContain("is no class of the model, and its pictures have none: dusk (1)");
    const jsonl = await run("list.jsonl");
    expect([jsonl.code, accuracyIn(jsonl.file), jsonl.file.images.seen]).toEqual([0, 1, 80]);
  });

  test("reads columns by their names, quoted paths, and labels that are none", async () => {
    const photo = await readFile(join(folder, "photos", "day", "1.png"));
    await writeFile(join(folder, "noon, clear.png"), photo);
    await writeFile(join(folder, "quoted.csv"), 'label,path\n"day","noon, clear.png"\nnight,photos/night/1.png\n');
    expect((await run("quoted.csv")).file.images).toMatchObject({ seen: 2, skipped: [] });
    await writeFile(join(folder, "null.jsonl"), '{"path": "photos/day/1.png", "label": null}\n');
    const { code, out } = await run("null.jsonl");
    expect([code, out]).toEqual([0, expect.stringContaining("The pictures have no classes")]);
  });

  test("names pictures to train with that cannot be read", async () => {
    const { err, file, to } = await run("photos/night", "--train", join(folder, "photos"));
    expect(err).toContain("1 picture could not be read");
    expect(file.train).toMatchObject({ count: 81, seen: 80, skipped: [{ name: join("day", "broken.png") }] });
    expect(await readFile(join(to, "diagnosis.html"), "utf8")).toContain("1 pictures to train with could not be read");
  });

  test("finds pictures that are among those to train with", async () => {
    const { file } = await run("photos", "--train", join(folder, "list.csv"));
    const leak = file.findings.find(({ check }) => check === "leak")!;
    expect([leak.severity, leak.numbers["pairs"]]).toEqual(["serious", 80]);
    expect(file.train).toEqual({ from: join(folder, "list.csv"), count: 81, seen: 81, skipped: [] });
  });

  test("stops by Ctrl-C, keeps what is done, and the same command goes on to the same findings", async () => {
    const whole = await run("photos");
    const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    let isPressed = false;
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      if (String(text).includes("looking at pictures") && !isPressed) {
        isPressed = true;
        process.emit("SIGINT");
      }
      return true;
    });
    const to = join(folder, "stopped");
    const args = ["diagnose", join(folder, "net.onnx"), "--images", join(folder, "photos"), "--out", to];
    expect(await main(args)).not.toBe(0);
    expect(isPressed).toBe(true);
    const read = async () => JSON.parse(await readFile(join(to, "diagnosis.json"), "utf8")) as DiagnosisFile;
    const stopped = await read();
    expect(stopped.isWhole).toBe(false);
    expect(stopped.summary).toContain("stopped before all checks were made");
    expect(stopped.images.seen).toBeLessThan(whole.file.images.seen);
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(await main(args)).toBe(0);
    out.mockRestore();
    const { isWhole, findings } = await read();
    expect(isWhole).toBe(true);
    expect(findings).toEqual(whole.file.findings);
    expect(await readFile(join(to, "diagnosis.checkpoint")).catch(() => null)).toBeNull();
  });

  test("says in a sentence what is missing where pictures have no classes", async () => {
    const { code, out } = await run("flat");
    expect([code, out]).toEqual([0, expect.stringContaining("The pictures have no classes")]);
  });

  test("says what is wrong", async () => {
    await writeFile(join(folder, "wrong.csv"), "photos/day/1.png,noon\n");
    const wrong = await run("wrong.csv");
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('such as "noon"')]);
    await writeFile(join(folder, "wrong.jsonl"), "{}\n");
    expect((await run("wrong.jsonl")).err).toContain('is no JSON with a "path" and a "label"');
    expect((await run("nowhere")).err).toContain("nowhere");
  });
});
