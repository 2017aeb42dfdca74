import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOps, Graph, probe, tensor, writeModel, type Tensor } from "@xstar/core";
import type { ModelFile } from "@xstar/runs";
import { decodeNpy, formatNumber, measureDistance, percentileOf, type RunFile } from "@xstar/results";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readImage } from "../files/image.js";
import { loadModel } from "../load.js";
import { nodeRuntime } from "../runtime.js";
import { runCli } from "../testing/run-cli.js";
import { tinyModel } from "../../../results/src/testing/tiny-model.js";

const side = 8;
const count = 12;
/** A network that takes no pictures: x [1, 4] -> 3 scores. */
function flatModel(): Uint8Array {
  const graph = new Graph("flat");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 4] });
  graph.output(op.matMul(x, op.constant(tensor("float32", Array<number>(12).fill(1), [4, 3]))));
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

let folder: string;
let model: ModelFile;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-report-"));
  await writeFile(join(folder, "tiny.onnx"), tinyModel());
  await writeFile(join(folder, "twin.onnx"), tinyModel());
  await writeFile(join(folder, "flat.onnx"), flatModel());
  await mkdir(join(folder, "photos"));
  for (let i = 0; i < count; i++) {
    const data = Uint8Array.from({ length: side * side }, (_, at) => (at * (7 + 5 * i) + 13 * i) % 256);
    const png = sharp(data, { raw: { width: side, height: side, channels: 1 } }).png();
    await png.toFile(join(folder, "photos", `${String(i).padStart(2, "0")}.png`));
  }
  await writeFile(join(folder, "photos", "damaged.png"), "no picture");
  model = await loadModel(join(folder, "tiny.onnx"), { runtime: nodeRuntime({ threads: 1 }) });
});
afterAll(() => rm(folder, { recursive: true }));

const maximize = (...args: string[]) =>
  runCli(folder, ["maximize", "tiny.onnx", ...args, "--recipe", "none", "--threads", "1"]);
const readRun = async (out: string): Promise<RunFile> =>
  JSON.parse(await readFile(join(folder, out, "run.json"), "utf8"));
const readReport = (out: string) => readFile(join(folder, out, "report.html"), "utf8");

/** What the network makes of one picture. */
async function look({ shape, data }: Tensor): Promise<{ relu: number[]; scores: number[] }> {
  const opened = await probe(model, {}, (seen) => ({ relu: seen.features("relu"), scores: seen.logits() }));
  const { relu, scores } = await opened.run({ dtype: "float32", shape: [1, ...shape], data });
  await opened.release();
  return { relu: [...(relu!.data as Float32Array)], scores: [...(scores!.data as Float32Array)] };
}

const readNpy = async (out: string, slug: string) => decodeNpy(await readFile(join(folder, out, `${slug}.npy`)), slug);

async function lookAtPhotos() {
  const names = (await readdir(join(folder, "photos"))).filter((name) => name !== "damaged.png").toSorted();
  const read = (name: string) => readImage(join(folder, "photos", name), { channels: 1, height: side, width: side });
  const seen = [];
  for (const name of names) seen.push({ name, ...(await look(await read(name))) });
  return seen;
}

describe("the metrics of a run", () => {
  test("are those of a direct measurement", async () => {
    const flags = "--transform jitter:pixels=2 --penalty l2=0.1 --steps 20 --dataset photos --second twin=twin.onnx";
    const { code, out, err } = await maximize("relu:1", "logit:2", ...flags.split(" "), "--out", "two");
    expect({ code, err: err.split("\n").filter((line) => line.startsWith("Error")) }).toEqual({ code: 0, err: [] });
    const { metrics, pictures } = await readRun("two");
    expect(metrics!.images).toMatchObject({ folder: "photos", count: count + 1, seen: count + 1 });
    expect(metrics!.images!.skipped).toMatchObject([{ name: "damaged.png" }]);
    expect(metrics!.layer).toBe("relu");

    const photos = await lookAtPhotos();
    const [first, second] = [await look(await readNpy("two", "relu-1")), await look(await readNpy("two", "logit-2"))];
    const [relu, logit] = metrics!.pictures;
    expect(relu!.activation).toBeCloseTo(first.relu[1]!, 5);
    expect(logit!.activation).toBeCloseTo(second.scores[2]!, 5);
    expect(relu!.percentile).toBe(
      percentileOf(
        first.relu[1]!,
        photos.map((one) => one.relu[1]!),
      ),
    );
    expect(logit!.percentile).toBe(
      percentileOf(
        second.scores[2]!,
        photos.map((one) => one.scores[2]!),
      ),
    );
    const distances = photos.map((one) => measureDistance(first.relu, one.relu));
    const nearest = Math.min(...distances);
    expect(relu!.plausibility!.euclidean.distance).toBeCloseTo(nearest, 4);
    expect(relu!.plausibility!.euclidean.name).toBe(photos[distances.indexOf(nearest)]!.name);
    expect(metrics!.diversity!.euclidean).toBeCloseTo(measureDistance(first.relu, second.relu), 4);
    const rank = second.scores.filter((score) => score >= second.scores[2]!).length;
    expect(logit!.recognition).toMatchObject({ class: 2, rank, of: 3 });
    expect(logit!.transfer).toEqual({ twin: logit!.recognition });
    expect(relu!.missing.recognition).toBe("The picture was not made for a class");
    expect(pictures[0]!.activation.end).not.toBeCloseTo(first.relu[1]!, 4);
    expect(out).toMatch(
      /^relu-1: the target alone, without transforms, [\d.]+ \(above .*of 12 pictures\), nearest \d\d\.png \(cosine/m,
    );
    expect(out).toMatch(/^logit-2: .*, class 2 has rank \d of 3, in twin \d of 3, nearest/m);
  });

  test("without a data set are what is known without one", async () => {
    expect(await maximize("conv:3", "--steps", "3", "--out", "alone")).toMatchObject({ code: 0 });
    const { metrics, pictures } = await readRun("alone");
    expect(metrics!.images).toBe(null);
    expect(metrics!.pictures[0]!.activation).toBeCloseTo(pictures[0]!.activation.end, 5);
    expect(metrics!.pictures[0]!.missing.percentile).toBe("There is no data set to compare with");
  });

  test("of a second model that cannot take the pictures are left out, and no others", async () => {
    const seconds = ["--second", "flat=flat.onnx", "--second", "twin=twin.onnx"];
    const { code, err } = await maximize("logit:1", ...seconds, "--steps", "2", "--out", "odd");
    expect(code).toBe(0);
    const [, problem] = /^Warning: The second model "flat" could not measure the pictures: (.+)$/m.exec(err)!;
    const [metrics] = (await readRun("odd")).metrics!.pictures;
    expect(metrics!.transfer).toEqual({ twin: metrics!.recognition });
    expect(metrics!.missing.transfer).toBe(`flat: ${problem}`);
    expect(await readReport("odd")).toContain(`flat: ${problem}`.slice(0, 20));
  });

  test("need a folder that is there, before the first step", async () => {
    const { code, err } = await maximize("relu:1", "--dataset", "nowhere", "--out", "never");
    expect({ code, isSaid: err.includes("nowhere") }).toEqual({ code: 1, isSaid: true });
    expect(await readdir(folder)).not.toContain("never");
  });
});

describe("the report", () => {
  test("needs nothing else, and has a text for every picture and a table for every chart", async () => {
    const report = await readReport("two");
    expect(report).toContain("<title>2 targets of tiny</title>");
    expect(report).not.toMatch(/src="(?!data:)/);
    const images = report.match(/<img [^>]*>/g)!;
    // for both: start and picture, the change light and dark, 6 examples, the animation; for the layer also 6 crops
    expect(images).toHaveLength(2 * (2 + 2 + 6 + 1) + 6);
    for (const image of images) expect(image).toMatch(/alt="[^"]{4,}"/);
    const charts = report.match(/<figure class="chart">.*?<\/figure>/gs)!;
    expect(charts.length).toBeGreaterThanOrEqual(3);
    for (const chart of charts) expect(chart).toContain("<table");
    expect(report.match(/<script(?![^>]*src)/g)).toHaveLength(1);
  });

  test("says what was asked, what to beware of, and how to make it again", async () => {
    const report = await readReport("two");
    const { model: file, ascent } = await readRun("two");
    expect(report).toContain(file.sha256);
    expect(report).toContain("jitter:pixels=2");
    expect(report).toContain(
      `<pre tabindex="0" role="region" aria-label="The command">xstar maximize --from relu-1.png</pre>`,
    );
    const [, record] = /The full record">([\s\S]*?)<\/pre>/.exec(report)!;
    expect(JSON.parse(record!.replaceAll("&#34;", '"')).ascent).toEqual(ascent);
    expect(report).toContain("Mean activation of one channel of a layer");
  });

  test("of one picture begins with what it reached", async () => {
    const { pictures } = await readRun("alone");
    const { end } = pictures[0]!.activation;
    expect(await readReport("alone")).toContain(`became ${formatNumber(end)}.`);
  });
});
