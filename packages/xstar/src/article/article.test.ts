import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng, openModel, tensor, type Tensor } from "@xstar/core";
import { correlate, countConfusions, type ImageDataset } from "@xstar/results";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadMnist } from "../data/dataset.js";
import { nodeRuntime } from "../runtime.js";
import { writeNetwork } from "../train/evaluate.js";
import { initialWeights } from "../train/network.js";
import { runPlan, type Ascent } from "./ascent.js";
import { measureArticle, type ArticleRun } from "./experiment.js";
import type { ArticleNetwork } from "./network.js";
import { summarizeArticle, summarizeFirst } from "./summary.js";
import { writeArticle, writeFirst } from "./write.js";

/** Networks as they are before training: the measurements do not care. Without biases, nothing moves from zeros. */
function untrained(seed: number): ArticleNetwork {
  const model = writeNetwork(initialWeights(createRng(seed), 10), new Map());
  const confusion = countConfusions([0, 1, 2], [0, 1, 1], 10);
  return { file: null, seed, threads: 1, model, confusion, seconds: 0, cached: true };
}

const first = (data: ImageDataset, count: number): ImageDataset => ({
  ...data,
  count,
  images: data.images.subarray(0, count * data.height * data.width),
  labels: data.labels.subarray(0, count),
});

let folder: string;
let run: ArticleRun;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xstar-article-"));
  const mnist = await loadMnist();
  const part = { train: first(mnist.train, 2000), test: first(mnist.test, 500) };
  run = await measureArticle([0, 1, 2].map(untrained), part, {
    seed: 3,
    confidence: 0.7,
    mostSteps: 40,
    claimSteps: 4,
    // threads run compiled files: maximize-all.test.ts
    run: ({ model, plan }, controls) =>
      runPlan(openModel(model, { runtime: nodeRuntime({ threads: 1 }) }), plan, controls),
  });
  await writeArticle(run, folder);
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the first part", () => {
  test("is a report of its own before the other networks are trained", async () => {
    const [ones, twos] = [run.ascents.tenSteps, run.results.tables.tenSteps];
    const folderOfFirst = join(folder, "first");
    await writeFirst({ network: untrained(0), ascents: ones, tables: twos }, folderOfFirst);
    expect(readdirSync(folderOfFirst).toSorted()).toEqual(["network.onnx", "report.html"]);
    const report = readFileSync(join(folderOfFirst, "report.html"), "utf8");
    expect(report).toContain("This is the first part.");
    expect(report).toContain("Table 1: class 1 from four starts");
    expect(report).not.toMatch(/NaN|undefined/);
  });
});

describe("the article's measurements", () => {
  test("climb from the four starts by the article's rule", () => {
    const [ones, twos] = run.results.tables.tenSteps;
    expect(ones!.pictures.map(({ start, steps }) => [start, steps])).toEqual([
      ["ones", 10],
      ["0.5", 10],
      ["zeros", 10],
      ["random", 10],
    ]);
    expect(twos!.class).toBe(2);
    for (const { start, curves } of ones!.pictures) {
      if (start === "zeros") expect(curves.loss.at(-1)).toBe(curves.loss[0]);
      else expect(curves.loss.at(-1)).toBeLessThan(curves.loss[0]!);
    }
  });

  test("feed the pictures back through the saved file and get the confidence of the climb", () => {
    for (const { curves, fedBack } of run.results.tables.tenSteps.flatMap(({ pictures }) => pictures)) {
      expect(fedBack.confidence).toBeCloseTo(curves.confidence.at(-1)!, 4);
      expect(fedBack.confidence + fedBack.doubt).toBeCloseTo(1, 5);
    }
  });

  test("begin the border curves with the whole picture, which has its confidence", () => {
    for (const rule of ["tenSteps", "converged"] as const) {
      const pictures = run.results.tables[rule].flatMap((table) => table.pictures);
      expect(run.results.border[rule]).toHaveLength(8);
      run.results.border[rule].forEach(({ confidence, ...curve }, i) => {
        expect(curve).toMatchObject({ class: pictures[i]!.class, start: pictures[i]!.start });
        expect(confidence).toHaveLength(14);
        expect(confidence[0]).toBeCloseTo(pictures[i]!.fedBack.confidence, 5);
      });
    }
  });

  test("climb on until the network is as sure as was asked, and say where it was not", () => {
    expect(run.results.convergence).toEqual({ confidence: 0.7, mostSteps: 40 });
    for (const { pictures } of run.results.tables.converged) {
      for (const { start, steps, converged, sureAt, curves } of pictures) {
        // from zeros nothing moves, and the others go on with it
        expect(steps).toBe(40);
        expect(converged).toBe(start !== "zeros");
        const first = curves.confidence.findIndex((confidence) => confidence >= 0.7);
        if (start === "zeros") expect([sureAt, first]).toEqual([null, -1]);
        else expect(curves.step[first]).toBeGreaterThanOrEqual(sureAt!);
      }
    }
    const { lately, change } = run.results.tables.converged[0]!.pictures[0]!;
    expect(lately.fromStep).toBe(16);
    expect(lately.lossRatio).toBeLessThan(1);
    expect(lately.moved).toBeGreaterThan(0);
    expect(lately.moved).toBeLessThan(change.l2);
  });

  test("compare starts and networks over all pairs", () => {
    const { dependsOnStart, notLikeTheDigit } = run.results.claims;
    expect(dependsOnStart.differentStarts.distance.count).toBe(3 * 10 * 45);
    expect(dependsOnStart.differentNetworks.distance.count).toBe(3 * 100);
    expect(dependsOnStart.keptStart.count).toBe(3 * 100);
    expect(notLikeTheDigit.synthetic.classMean.count).toBe(3 * 100);
    expect(notLikeTheDigit.real.classMean.count).toBe(100);
    expect(notLikeTheDigit.real.nearest.mean).toBeGreaterThan(notLikeTheDigit.synthetic.nearest.mean);
  });
});

describe("the list of made pictures", () => {
  test("has the numbers of each, which are those of the pictures", () => {
    const { results, real } = run.results.claims;
    expect(results).toHaveLength(300);
    expect(results.filter((one) => one.network === 2 && one.class === 7).map(({ start }) => start)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    const at = 1 * 100 + 4 * 10 + 7;
    const one = results[at]!;
    expect(one).toMatchObject({ network: 1, start: 4, class: 7 });
    const { picture, startPicture, class: digit } = run.made[1]!.ascents[47]!;
    expect(digit).toBe(7);
    expect(one.classMean).toBe(correlate(picture, run.variability.classes[7]!.mean));
    expect(one.ownStart).toBe(correlate(picture, startPicture));
    expect(one.nearest!.correlation).toBeGreaterThan(0);
    // the same starts for every network
    expect(run.made[2]!.ascents[47]!.startPicture).toEqual(startPicture);
    expect(real.filter((other) => other.class === 3)).toHaveLength(10);
  });

  test("is what the claims sum up", () => {
    const { results, notLikeTheDigit } = run.results.claims;
    const mean = results.reduce((sum, { classMean }) => sum + classMean!, 0) / 300;
    expect(notLikeTheDigit.synthetic.classMean.mean).toBeCloseTo(mean, 10);
    const same = results.filter(({ nearest, class: digit }) => nearest!.label === digit).length;
    expect(notLikeTheDigit.words).toContain(`which is of the same digit for ${same} of them`);
    expect(notLikeTheDigit.words).toContain("10 random starts for each digit and 3 trained networks");
  });
});

describe("curves", () => {
  test("are thinned, with all first steps and the last", async () => {
    const model = openModel(untrained(0).model, { runtime: nodeRuntime({ threads: 1 }) });
    const [{ curves, steps }] = (await runPlan(model, { classes: [1], starts: ["random"], steps: 300, seed: 1 })) as [
      Ascent,
    ];
    expect(steps).toBe(300);
    expect(curves.step.slice(0, 21)).toEqual(Array.from({ length: 21 }, (_, i) => i));
    expect(curves.step.at(-1)).toBe(300);
    expect(curves.step.length).toBeLessThan(45);
    expect(new Set(curves.step).size).toBe(curves.step.length);
  });
});

describe("what is written", () => {
  test("is a report, results, the network, the ascent and the pictures", () => {
    expect(readdirSync(folder).toSorted()).toEqual([
      "ascent.onnx",
      "first",
      "network.onnx",
      "pictures",
      "report.html",
      "results.json",
    ]);
    const pictures = readdirSync(join(folder, "pictures"));
    expect(pictures).toContain("table1.png");
    for (const network of [0, 1, 2]) expect(pictures).toContain(`facts-network-${network}-results.png`);
    expect(JSON.parse(readFileSync(join(folder, "results.json"), "utf8"))).toEqual(
      JSON.parse(JSON.stringify(run.results)),
    );
  });

  test("needs no network and has every section", () => {
    const report = readFileSync(join(folder, "report.html"), "utf8");
    expect(report).not.toMatch(/src="(?!data:)/);
    const links = [...report.matchAll(/href="([^#"]+)"/g)].map(([, link]) => link!);
    expect(links).toEqual(["results.json", "network.onnx", "ascent.onnx", "pictures/table1.png"]);
    for (const link of links) expect(existsSync(join(folder, link))).toBe(true);
    const elsewhere = [...report.matchAll(/href="([^"]*:[^"]*)"/g)].map(([, link]) => new URL(link!).host);
    expect(elsewhere).toEqual(["127.0.0.1:8484"]);
    expect([...report.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title)).toEqual([
      "Watch it happen",
      "What to look at",
      "Table 1: class 1 from four starts",
      "Which digit varies most?",
      "Class 2, the most variable digit",
      "Without the border",
      "The two facts, measured",
      "The article's figures and ours",
      "The network",
      "Go on from here",
      "How to get these figures again",
    ]);
    const byDigit = report.slice(report.indexOf("<h4>By digit"), report.indexOf("<h4>All that was made"));
    expect(byDigit.match(/<th scope="row">\d<\/th>/g)).toHaveLength(10);
    expect(report.match(/<img [^>]*alt="[^"]+/g)!.length).toBe(report.match(/<img /g)!.length);
  });

  test("shows the four pictures at every step that the curves have", async () => {
    const report = readFileSync(join(folder, "report.html"), "utf8");
    const ones = run.ascents.converged[0]!;
    const { step } = ones[0]!.curves;
    expect(report).toContain(`data-steps="${JSON.stringify(step)}"`);
    const values = [...report.matchAll(/data-values="(.*?)"/g)].map(([, text]) =>
      JSON.parse(text!.replaceAll("&#34;", '"')),
    );
    expect(values.map(({ length }: string[]) => length)).toEqual(ones.map(() => step.length));
    values.forEach((own: string[], i) =>
      own.forEach((text, at) => expect(Number(text)).toBeCloseTo(ones[i]!.curves.confidence[at]!, 3)),
    );
    expect(values.map((own: string[]) => own.at(-1))).toEqual(
      run.results.tables.converged[0]!.pictures.map(({ fedBack }) => fedBack.text),
    );
    for (const { frames, startPicture, picture } of ones) {
      expect(frames).toHaveLength(step.length);
      expect(frames[0]).toEqual(startPicture);
      expect(frames.at(-1)).toEqual(picture);
    }
    const films = [...report.matchAll(/background-image:url\(data:image\/png;base64,([^)]+)\)/g)];
    expect(films).toHaveLength(3 * ones.length);
    for (const [, png] of films) {
      const { width, height } = await sharp(Buffer.from(png!, "base64")).metadata();
      expect([width, height]).toEqual([28, 28 * step.length]);
    }
  });

  test("ascent.onnx climbs in a bare session that is fed nothing but zeros", async () => {
    const session = await nodeRuntime({ threads: 1 }).open(readFileSync(join(folder, "ascent.onnx")));
    const zeros = { pixels: tensor("float32", new Float32Array(4 * 784), [4, 1, 28, 28]) };
    let state: Record<string, Tensor> = { ...zeros, step: tensor("float32", [0], []) };
    let picture = state["pixels"]!;
    for (let step = 0; step <= 10; step++) {
      const results = await session.run(state);
      picture = results["picture"]!;
      state = { pixels: results["next.pixels"]!, step: results["next.step"]! };
    }
    await session.release();
    run.ascents.tenSteps[0]!.forEach((ascent, i) => {
      const found = (picture.data as Float32Array).slice(784 * i, 784 * (i + 1));
      found.forEach((x, p) => expect(Math.abs(x - ascent.picture[p]!)).toBeLessThan(1e-4));
    });
  });

  test("begins in the terminal with what the first network gave", () => {
    const first = { network: untrained(0), ascents: run.ascents.tenSteps, tables: run.results.tables.tenSteps };
    const text = summarizeFirst(first, { color: "none", columns: 80 });
    for (const { start, fedBack } of first.tables[0]!.pictures) {
      expect(text).toContain(`from ${start}`);
      expect(text).toContain(fedBack.text);
    }
  });

  test("is summed up for the terminal with the figures that were measured", () => {
    const text = summarizeArticle(run, "report.html");
    expect(text).toContain(run.results.tables.tenSteps[0]!.pictures[3]!.fedBack.text);
    expect(text).toContain(run.results.claims.dependsOnStart.words);
  });
});
