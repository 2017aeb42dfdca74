import { openModel } from "@xstar/core";
import { nodeRuntime } from "../../../xstar/src/runtime.js";
import { describe, expect, it } from "vitest";
import type { PictureSize } from "../measure/source.js";
import { decodeDiagnosis, encodeDiagnosis } from "./checkpoint.js";
import { plantedNetwork, plantedPictures, side, type PlantedFaults } from "../testing/planted.js";
import { suspectsIn } from "./data-checks.js";
import { checks, diagnose } from "./diagnose.js";
import { byImportance, type Finding, type LabelledPictures } from "./finding.js";
import { observe, type Observations } from "./observe.js";
import { diagnosisReport, summarizeFindings } from "./report.js";
import type { CheckContext } from "./check.js";
import { units } from "./units-check.js";
import { apart, binsOf, calibrationError, temperatureOf, wilson } from "./statistics.js";

const runtime = nodeRuntime({ threads: 1 });
const open = (faults: PlantedFaults = {}) =>
  openModel(plantedNetwork(faults), { runtime, contract: { mean: [0], std: [1] } });

async function findingsOf(
  faults: PlantedFaults,
  pictures: LabelledPictures,
  train?: LabelledPictures,
  only?: readonly string[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for await (const finding of diagnose(open(faults), pictures, { train, only })) findings.push(finding);
  return findings;
}

const bad = (findings: readonly Finding[]) =>
  findings.filter(({ severity }) => severity === "serious" || severity === "warning").map(({ check }) => check);

describe("a healthy network", () => {
  it("has nothing to mend, with two sets of pictures", async () => {
    for (const seed of [1, 2]) {
      const found = await findingsOf({}, plantedPictures({ seed }), plantedPictures({ seed: 10 + seed }));
      expect(bad(found)).toEqual([]);
      const errors = found.find(({ check }) => check === "errors")!;
      expect(errors.numbers["accuracy"]).toBeGreaterThan(0.9);
      expect(errors.numbers["low"]).toBeLessThan(errors.numbers["accuracy"]!);
    }
  });
});

describe("a planted fault is found:", () => {
  it("scores that are three times too large", async () => {
    const found = await findingsOf({ scale: 3 }, plantedPictures());
    expect(bad(found)).toEqual(["calibration"]);
    const { numbers } = found.find(({ check }) => check === "calibration")!;
    expect(numbers["temperature"]).toBeGreaterThan(2.3);
    expect(numbers["temperature"]).toBeLessThan(4);
  });

  it("units that are dead, and copies", async () => {
    const found = await findingsOf({ dead: 2, copies: 2 }, plantedPictures({ count: 200 }));
    // two silent ones of eight are what a dense layer begins with
    expect(bad(found)).toEqual(["copiedUnits"]);
    expect(found.find(({ check }) => check === "deadUnits")!.detail).toContain("6, 7");
    expect(found.find(({ check }) => check === "copiedUnits")!.detail).toContain("4 (of 0), 5 (of 0)");
  });

  it("pictures that are inverted", async () => {
    const found = await findingsOf({}, plantedPictures({ isInverted: true }));
    expect(bad(found)).toContain("contract");
    expect(found.find(({ check }) => check === "contract")!.advice).toContain("Exchange black and white");
    const rows = found.find(({ check }) => check === "contract")!.table!.rows.map(([name]) => name);
    expect(rows).toContain("the mean and deviation of MNIST");
  });

  it("labels that are swapped", async () => {
    const train = plantedPictures({ count: 800, seed: 7, swapped: 0.08 });
    const [healthy, found] = [
      await findingsOf({}, plantedPictures(), plantedPictures({ seed: 7 })),
      await findingsOf({}, plantedPictures(), train),
    ];
    expect(bad(healthy)).toEqual([]);
    expect(bad(found)).toContain("labelErrors");
    const { pictures } = found.find(({ check, numbers }) => check === "labelErrors" && numbers["ofTraining"] === 1)!;
    const right = pictures!.slice(0, 30).filter(({ index }) => train.labels[index] !== index % 4);
    expect(right.length).toBeGreaterThan(20);
  });

  it("pictures that were trained with, and ones that are there twice", async () => {
    const found = await findingsOf({}, plantedPictures(), plantedPictures({ seed: 9, leaked: 30 }));
    expect(bad(found)).toEqual(["leak"]);
    expect(found.find(({ check }) => check === "leak")!.numbers["pairs"]).toBe(30);
    const twice = plantedPictures({ count: 200 });
    const doubled: LabelledPictures = {
      names: [...twice.names, ...twice.names.slice(0, 5)],
      labels: [...twice.labels, ...twice.labels.slice(0, 5)],
      read: (i, size) => twice.read(i % 200, size),
    };
    const again = (await findingsOf({}, doubled)).find(({ check }) => check === "duplicates")!;
    expect([again.numbers["pairs"], again.pictures!.length]).toEqual([5, 10]);
  });

  it("pictures that are like no other one, and a brightness that tells the class", async () => {
    const usual = plantedPictures({ count: 400 });
    const odd: LabelledPictures = {
      ...usual,
      async read(i, size) {
        const picture = await usual.read(i, size);
        if (i === 17) (picture.data as Float32Array).forEach((_, at, data) => (data[at] = Number(at % side < 8)));
        return picture;
      },
    };
    const only = ["outliers", "shallow"];
    const found = await findingsOf({}, odd, undefined, only);
    const outliers = found.find(({ check }) => check === "outliers")!;
    expect(outliers.pictures!.map(({ index }) => index)).toEqual([17]);
    expect(found.map(({ check }) => check)).not.toContain("shallow");
    const [shallow] = await findingsOf({}, plantedPictures({ cue: "tint" }), undefined, only);
    expect(shallow!.title).toMatch(/^The brightness alone/);
    expect(shallow!.numbers["accuracy"]).toBeGreaterThan(0.9);
  });

  it.each([
    ["patch", "cue"],
    ["rim", "border"],
    ["tint", "tint"],
  ] as const)("a %s that gives the class away", async (cue, check) => {
    const found = await findingsOf({ cue }, plantedPictures({ cue }));
    expect(bad(found)).toContain(check);
    if (cue !== "patch") return;
    const { numbers } = found.find((one) => one.check === "cue")!;
    expect([numbers["share"]! > 0.5, numbers["top"]! <= 3, numbers["left"]! <= 3]).toEqual([true, true, true]);
  });
});

describe("a patch that counts without deciding", () => {
  /** The level of the class around the patch that is read. */
  const stamped: LabelledPictures = {
    ...plantedPictures(),
    async read(i, size) {
      const picture = await plantedPictures().read(i, size);
      for (let at = 0; at < 9; at++)
        (picture.data as Float32Array)[(2 + Math.floor(at / 3)) * side + 2 + (at % 3)] = (i % 4) / 4;
      return picture;
    },
  };

  it("is a cue where it looks the same in all pictures of the class, and takes others along", async () => {
    const [found] = await findingsOf({ cue: "patch", cueWeight: 0.1 }, stamped, undefined, ["cues"]);
    expect([found!.check, found!.severity]).toEqual(["cue", "warning"]);
    expect(found!.numbers["share"]).toBeGreaterThanOrEqual(0.2);
    expect(found!.numbers["share"]! + found!.numbers["lost"]!).toBeLessThan(1);
    expect([found!.numbers["top"], found!.numbers["left"]]).toEqual([2, 2]);
  });

  it("is none where it is a part of the class, which looks different in each picture", async () => {
    expect(await findingsOf({}, plantedPictures(), undefined, ["cues"])).toEqual([]);
  });
});

describe("units that answer to nothing", () => {
  async function severityOf(dead: number, of: number, { isDense = false, pictures = 200 } = {}) {
    const row = (awake: number) => Float32Array.from({ length: of }, (_, u) => (u < dead ? 0 : awake));
    const facts = { layer: "x", opType: "Relu", isDense, least: row(0), most: row(1), means: [] };
    const observed = { units: [facts], names: Array.from({ length: pictures }, String), classes: 10 };
    const [found] = await units.find({ observed } as unknown as CheckContext);
    return found?.severity;
  }

  it("are a fault where filters are silent, which see so many places that none begins so", async () => {
    expect(await severityOf(4, 64)).toBe("warning");
    expect(await severityOf(3, 64)).toBe("note");
    expect(await severityOf(0, 64)).toBeUndefined();
  });

  it("are none in a dense layer up to what random weights leave silent", async () => {
    expect(await severityOf(64, 128, { isDense: true })).toBe("note");
    expect(await severityOf(80, 128, { isDense: true })).toBe("warning");
  });

  it("are none on fewer pictures than a unit of one class needs", async () => {
    expect(await severityOf(4, 64, { pictures: 29 })).toBe("note");
    expect(await severityOf(4, 64, { pictures: 30 })).toBe("warning");
  });
});

describe("what is missing", () => {
  it("is said where pictures have no classes, and the rest is done", async () => {
    const found = await findingsOf({ dead: 2 }, plantedPictures({ count: 100, hasLabels: false }));
    expect(bad(found)).toEqual(["labels"]);
    expect(found.map(({ check }) => check)).toContain("deadUnits");
    expect(found[0]!.title).toContain("have no classes");
  });

  it("is said where all pictures are of one class, and pictures that cannot be read are named", async () => {
    const all = plantedPictures({ count: 40 });
    const one: LabelledPictures = {
      names: all.names,
      labels: all.labels.map(() => 2),
      read: (i, size) => (i === 3 ? Promise.reject(new Error("it is damaged")) : all.read(i, size)),
    };
    expect((await findingsOf({}, one))[0]!.title).toContain("All pictures are of one class");
    const { skipped, names } = await observe(open(), one, {});
    expect([names.length, skipped]).toEqual([39, [{ name: "picture 3", reason: "it is damaged" }]]);
  });

  it("is kept back where the work is stopped", async () => {
    const controller = new AbortController();
    const found: Finding[] = [];
    const signal = controller.signal;
    for await (const finding of diagnose(open(), plantedPictures({ count: 100 }), { signal })) {
      found.push(finding);
      controller.abort();
    }
    expect(found.map(({ check }) => check)).toEqual(["errors", "confusions"]);
  });
});

describe("work that was stopped", () => {
  it("goes on behind the pictures that were seen, from the bytes of what is kept", async () => {
    const pictures = plantedPictures({ count: 200 });
    const whole = await observe(open(), pictures, {}, { hasUnits: true });
    const controller = new AbortController();
    const onPicture = (seen: number) => seen === 90 && controller.abort();
    const part = await observe(open(), pictures, {}, { hasUnits: true, signal: controller.signal, onPicture });
    expect(part.names.length).toBe(90);
    const state = { of: "x", observed: part, training: undefined, made: ["errors"], findings: [] };
    const kept = decodeDiagnosis(encodeDiagnosis(state), "x");
    expect(kept.made).toEqual(["errors"]);
    const asked: number[] = [];
    const rest = { ...pictures, read: (i: number, size: PictureSize) => (asked.push(i), pictures.read(i, size)) };
    const { prints, ...found } = await observe(open(), rest, {}, { hasUnits: true, from: kept.observed });
    const { prints: expected, ...all } = whole;
    expect(found).toEqual(all);
    expect({ ...prints, add: 0 }).toEqual({ ...expected, add: 0 });
    expect(Math.min(...asked)).toBe(90);
    expect(() => decodeDiagnosis(encodeDiagnosis(state).slice(0, 500), "here")).toThrow(/"here" is not a whole/);
  });

  it("does not repeat checks that were made", async () => {
    const pictures = plantedPictures({ count: 100 });
    const whole = await findingsOf({}, pictures);
    const controller = new AbortController();
    const made: string[] = [];
    const found: Finding[] = [];
    let observed: Observations | undefined;
    const onSeen = (seen: Observations) => void (observed = seen);
    const onChecked = (name: string) => made.push(name) === 3 && controller.abort();
    const { signal } = controller;
    for await (const one of diagnose(open(), pictures, { signal, onSeen, onChecked })) found.push(one);
    expect(made).toEqual(["labels", "errors", "confusedPairs"]);
    const only = checks.map(({ name }) => name).filter((name) => !made.includes(name));
    const from = { observed: observed!, training: undefined };
    const unread = { ...pictures, read: () => Promise.reject(new Error("it was seen already")) };
    for await (const one of diagnose(open(), unread, { only, from })) found.push(one);
    expect(found).toEqual(whole);
  });

  it("holds no more of 100,000 pictures than of 1,000, but for a few numbers each", async () => {
    const count = 100_000;
    let [reading, most] = [0, 0];
    const grey = { dtype: "float32" as const, shape: [1, side, side], data: new Float32Array(side * side).fill(0.5) };
    const source: LabelledPictures = {
      names: Array.from({ length: count }, () => "a"),
      labels: Array.from({ length: count }, (_, i) => i % 4),
      async read() {
        most = Math.max(most, ++reading);
        await Promise.resolve();
        reading--;
        return grey;
      },
    };
    const { sample, units: seen, names, prints } = await observe(open(), source, {}, { hasUnits: true });
    expect(names.length).toBe(count);
    // two batches of 64 are on their way, 400 pictures and rows of means are kept, and small copies of all
    expect(most).toBeLessThanOrEqual(128);
    expect(sample.length).toBeLessThanOrEqual(400);
    expect(Math.max(...seen.map(({ means }) => means.length))).toBeLessThanOrEqual(400);
    expect(prints.copies[0]!.byteLength).toBe(144);
  }, 120_000);
});

describe("the report", () => {
  it("begins with what should be mended first", async () => {
    const pictures = plantedPictures({ count: 200, isInverted: true });
    const model = open({ dead: 2 });
    const observed = await observe(model, pictures, {}, { hasUnits: true });
    const findings = byImportance(await findingsOf({ dead: 2 }, pictures));
    const codec = { decode: () => Promise.reject(new Error("no")), encode: async () => new Uint8Array(4) };
    const page = await diagnosisReport({
      name: "net",
      findings,
      observed,
      pictures,
      labels: ["a", "b", "c", "d"],
      codec,
    });
    expect(page.indexOf("Mend this first")).toBeGreaterThan(0);
    expect(page.indexOf("Mend this first")).toBeLessThan(page.indexOf("answer to no picture"));
    expect(page).toContain("taken for");
    expect(summarizeFindings(findings)).toContain("Pictures go in wrongly");
    expect(summarizeFindings(findings, false)).toMatch(/stopped before all checks were made\.$/);
    const [link] = page.match(/href="#pictures-\d-\d"/)!;
    expect(page).toContain(link.replace('href="#', 'id="'));
    expect(suspectsIn(observed).length).toBeGreaterThan(0);
  });
});

describe("statistics", () => {
  it("are those of the books", () => {
    const [low, high] = wilson(8, 10);
    expect([low, high].map((x) => x.toFixed(3))).toEqual(["0.490", "0.943"]);
    expect(apart(30, 100, 10, 100)).toBeCloseTo(3.536, 3);
    const bins = binsOf([0.9, 0.9, 0.9, 0.9], [1, 1, 0, 0]);
    expect(calibrationError(bins)).toBeCloseTo(0.4, 6);
    const logits = [
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 0],
    ];
    // three of four are right: the best probability is 0.75, of which the logit is log 3
    expect(temperatureOf(logits, [0, 0, 0, 1])).toBeCloseTo(2 / Math.log(3), 3);
  });
});
