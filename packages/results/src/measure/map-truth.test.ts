import type { ExplainedPicture, SeenPicture, Tensor } from "@xstar/core";
import { describe, expect, it } from "vitest";
import { describeRest } from "../pages/explain-words.js";
import { impute } from "./impute.js";
import { measureTruth } from "./map-truth.js";
import { ranksOf } from "./randomization.js";
import { restsOn, warmestPart, type Intervention } from "./rests-on.js";

const side = 24;
const plane = (value: (y: number, x: number) => number): Tensor<"float32"> => ({
  dtype: "float32",
  shape: [side, side],
  data: Float32Array.from({ length: side * side }, (_, at) => value(Math.floor(at / side), at % side)),
});
const isCorner = (y: number, x: number) => y < 6 && x >= 18;
const map = plane((y, x) => Number(isCorner(y, x)));
const opposite = plane((y, x) => Number(!isCorner(y, x)));
/** Stripes of one pixel, which a blur levels. */
const picture: Tensor<"float32"> = { ...plane((y, x) => (y + x) % 2), shape: [1, side, side] };

/** A network that answers with the contrast of the corner. */
const explainer = {
  look: async ({ data }: Tensor): Promise<SeenPicture> => {
    const values = data as Float32Array;
    let contrast = 0;
    for (let y = 0; y < 6; y++) for (let x = 18; x < 24; x++) contrast += Math.abs(values[y * side + x]! - 0.5) / 18;
    return { value: contrast, probabilities: [1 - contrast, contrast] };
  },
};
const explained = { class: 1, value: 1, probabilities: [0, 1] } as unknown as ExplainedPicture;

describe("how true a map is", () => {
  it("is told from its opposite by every test", async () => {
    const options = { box: { left: 0.75, top: 0, width: 0.25, height: 0.25 } };
    const truth = await measureTruth(explainer, picture, explained, map, options);
    const wrong = await measureTruth(explainer, picture, explained, opposite, options);
    expect(truth.deletionArea).toBeLessThan(0.15);
    expect(wrong.deletionArea).toBeGreaterThan(0.85);
    expect(truth.insertionArea).toBeGreaterThan(0.85);
    expect(wrong.insertionArea).toBeLessThan(0.15);
    expect(truth.road).toBeGreaterThan(0.3);
    expect(wrong.road).toBeLessThan(-0.3);
    expect(truth.sensitivity).toBeGreaterThan(0.9);
    expect([truth.pointing, wrong.pointing]).toEqual([true, false]);
    expect([truth.deletion[0], truth.deletion.at(-1)![0]]).toEqual([[0, 1], 1]);
  });

  it("is told in an experiment: without the part, and with it alone", async () => {
    const { share, part, tested } = await restsOn(explainer, picture, explained, { map } as never);
    expect(share).toBeCloseTo(18 / (side * side), 3);
    expect([...part.data].every((x, at) => x === 0 || isCorner(Math.floor(at / side), at % side))).toBe(true);
    expect(tested.whole).toBe(1);
    expect(tested.without).toBeCloseTo(1 - tested.only, 1);
  });
});

describe("a map without heat", () => {
  it("is said to tell nothing, instead of being tested", async () => {
    const rests = await restsOn(explainer, picture, explained, { map: plane(() => 0) } as never);
    expect(describeRest(rests, { isSigned: false }, "the corner")).toMatch(
      /^Nothing of the picture speaks for the corner/,
    );
    const silent = { ...rests, isProbability: false, tested: { whole: 0, without: 0, only: 0 } };
    expect(describeRest(silent, { isSigned: false }, "it")).toMatch(/^It is 0 on this picture/);
  });
});

describe("what an answer rests on, in words,", () => {
  const told = (tested: Intervention, where: (y: number, x: number) => boolean = isCorner, isProbability = true) =>
    describeRest(
      { share: 0.1, part: plane((y, x) => Number(where(y, x))), tested, isProbability },
      { isSigned: false },
      "it",
    );
  const kept = { whole: 0.9, without: 0.9, only: 0.9 };

  it("names the places where the heat lies, and not the middle between them", () => {
    const atEnds = (y: number, x: number) => y >= 8 && y < 16 && (x < 5 || x >= 20);
    expect(told(kept)).toContain("of the picture, at the top right.");
    expect(told(kept, atEnds)).toContain("of the picture, at the middle left and at the middle right.");
    expect(told(kept, () => true)).toContain("of the picture, in many places.");
  });

  it("says where the answer grows without that part", () => {
    expect(told({ whole: 0.5, without: 0.9, only: 0.1 })).toContain("raises it from 50 % to 90 %: it spoke against");
    expect(told({ whole: 0.5, without: 0.52, only: 0.1 })).toContain("changes little");
  });

  it("judges no shares of a value that is not above 0", () => {
    const words = told({ whole: -2, without: -3, only: 0 }, isCorner, false);
    expect(words).toMatch(/takes it from −2 to −3\. With all the rest blurred, that part alone gives 0\.$/);
  });
});

describe("the warmest part", () => {
  it("holds half of what is above the least number", () => {
    const { share, part } = warmestPart(plane((y) => 5 + Number(y < 4)));
    expect(share).toBeCloseTo(2 / side, 5);
    expect(part.data.reduce((a, b) => a + b)).toBe(2 * side);
  });
});

describe("filling in", () => {
  it("goes on as the neighbours do, and leaves the rest", () => {
    const ramp: Tensor = { ...plane((_, x) => x / side), shape: [1, side, side] };
    const hole = plane((y, x) => Number(y > 8 && y < 14 && x > 8 && x < 14));
    const filled = impute(ramp, hole);
    const all = ramp.data as Float32Array;
    filled.data.forEach((x, at) => {
      if (hole.data[at]) expect(Math.abs(x - all[at]!)).toBeLessThan(0.06);
      else expect(x).toBe(all[at]);
    });
  });
});

describe("ranks", () => {
  it("share the places of equal numbers", () => {
    expect([...ranksOf([3, 1, 3, 2])]).toEqual([2.5, 0, 2.5, 1]);
  });
});
