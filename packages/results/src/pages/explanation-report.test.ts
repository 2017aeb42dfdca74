import { tensor, type ExplainedPicture, type Explanation } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { filledPicture } from "../image/picture.js";
import type { MapTruth } from "../measure/map-truth.js";
import { explanationReport, type ReportedMap } from "./explanation-report.js";

const codec = { decode: () => Promise.reject(new Error("no")), encode: async () => new Uint8Array(4) };
const explanation = (type: string): Explanation => ({
  method: { type },
  map: tensor("float32", Float32Array.from({ length: 16 }, Number), [4, 4]),
  isSigned: false,
  layers: [],
  numbers: {},
});
const truthOf = (area: number): MapTruth => ({
  deletion: [
    [0, 1],
    [1, 0],
  ],
  insertion: [
    [0, 0],
    [1, 1],
  ],
  deletionArea: area,
  insertionArea: area,
  road: 0,
  sensitivity: null,
  pointing: null,
});
const mapOf = (i: number, isTested: boolean): ReportedMap => ({
  explanation: explanation(`method${i}`),
  doc: "What it does",
  caveat: undefined,
  truth: isTested ? truthOf(i / 10) : undefined,
  randomization: isTested ? { byShare: [[1, 0.9999999]], passes: false } : undefined,
});
const reportOf = (isTested: boolean) =>
  explanationReport({
    title: "cat",
    words: "It looks at the cat.",
    card: filledPicture(4, 4, [0, 0, 0]),
    photo: tensor("float32", new Float32Array(16), [1, 4, 4]),
    explained: {} as ExplainedPicture,
    maps: Array.from({ length: 9 }, (_, i) => mapOf(i, isTested)),
    leftOut: [],
    codec,
  });

describe("the report of an explanation", () => {
  it("speaks of tests only where maps were tested", async () => {
    expect(await reportOf(false)).not.toContain("tests below");
    expect(await reportOf(true)).toContain("believe those that pass the tests below");
  });

  it("draws the map that is shown and the best of the others, and says so", async () => {
    const page = await reportOf(true);
    const namesIn = (what: string) => {
      const from = page.indexOf(`${what}: the map above, and the 5 best of the others`);
      expect(from).toBeGreaterThan(0);
      const list = page.slice(from, page.indexOf("<svg", page.indexOf("</ul>", from)));
      return new Set(list.match(/method\d/g));
    };
    expect([...namesIn("Deletion, the warmest pixels blurred")]).toEqual([0, 1, 2, 3, 4, 5].map((i) => `method${i}`));
    expect([...namesIn("Insertion, the warmest pixels shown")]).toEqual([0, 8, 7, 6, 5, 4].map((i) => `method${i}`));
  });

  it("gives likeness with two digits", async () => {
    expect(await reportOf(true)).not.toContain("0.9999");
  });
});
