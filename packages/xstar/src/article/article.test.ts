import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "@xstar/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countConfusions } from "../analysis/confusion.js";
import { loadMnist, type ImageDataset } from "../data/dataset.js";
import { writeNetwork } from "../train/evaluate.js";
import { initialWeights } from "../train/network.js";
import type { TrainedNetwork } from "../train/trained-network.js";
import { measureArticle, type ArticleRun } from "./experiment.js";
import { summarizeArticle } from "./summary.js";
import { writeArticle } from "./write.js";

/** Networks as they are before training: the measurements do not care. Without biases, nothing moves from zeros. */
function untrained(seed: number): TrainedNetwork {
  const model = writeNetwork(initialWeights(createRng(seed), 10), new Map());
  const confusion = countConfusions([0, 1, 2], [0, 1, 1], 10);
  const recipe = {
    data: "",
    test: "",
    threads: 1,
    seed,
    epochs: 1,
    batch: 64,
    optimizer: { type: "adagrad" },
    warmup: 0,
  };
  return { model, recipe, confusion, seconds: 0, finished: true, cached: true };
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
  run = await measureArticle([0, 1, 2].map(untrained), part, { seed: 3, convergedSteps: 30, claimSteps: 4 });
  await writeArticle(run, folder);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

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
    const pictures = run.results.tables.tenSteps.flatMap((table) => table.pictures);
    expect(run.results.border).toHaveLength(8);
    run.results.border.forEach(({ confidence }, i) => {
      expect(confidence).toHaveLength(14);
      expect(confidence[0]).toBeCloseTo(pictures[i]!.fedBack.confidence, 5);
    });
  });

  test("compare starts and networks over all pairs", () => {
    const { dependsOnStart, notLikeTheDigit } = run.results.claims;
    expect(dependsOnStart.differentStarts.distance.count).toBe(10 * 45);
    expect(dependsOnStart.differentNetworks.distance.count).toBe(3 * 100);
    expect(notLikeTheDigit.real.classMean.count).toBe(100);
    expect(notLikeTheDigit.real.nearest.mean).toBeGreaterThan(notLikeTheDigit.synthetic.nearest.mean);
  });
});

describe("what is written", () => {
  test("is a report, results, the network, the ascent and the pictures", () => {
    expect(readdirSync(folder).toSorted()).toEqual([
      "ascent.onnx",
      "network.onnx",
      "pictures",
      "report.html",
      "results.json",
    ]);
    expect(readdirSync(join(folder, "pictures"))).toContain("table1.png");
    expect(JSON.parse(readFileSync(join(folder, "results.json"), "utf8"))).toEqual(
      JSON.parse(JSON.stringify(run.results)),
    );
  });

  test("needs no network and has every section", () => {
    const report = readFileSync(join(folder, "report.html"), "utf8");
    expect(report).not.toMatch(/(?:src|href)="(?!data:|#)/);
    expect([...report.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title)).toEqual([
      "The article's figures and ours",
      "The network",
      "Table 1: class 1 from four starts",
      "Which digit varies most?",
      "Class 2, the most variable digit",
      "Without the border",
      "The two facts, measured",
      "How to get these figures again",
    ]);
    expect(report.match(/<img [^>]*alt="[^"]+/g)!.length).toBe(report.match(/<img /g)!.length);
  });

  test("is summed up for the terminal with the figures that were measured", () => {
    const text = summarizeArticle(run, { report: "report.html", color: "none", columns: 80 });
    expect(text).toContain(run.results.tables.tenSteps[0]!.pictures[3]!.fedBack.text);
    expect(text).toContain(run.results.claims.dependsOnStart.words);
  });
});
