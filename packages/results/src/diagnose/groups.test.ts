import { createRng } from "@xstar/core";
import { describe, expect, it } from "vitest";
import type { CheckContext } from "./check.js";
import { byImportance, type Finding } from "./finding.js";
import { groups } from "./groups.js";
import { createPrints } from "./prints.js";

const side = 12;

/** Pictures of noise on the stripe of one of four classes, with a bar down the right edge, some down the left one; the network errs as `isWrong` says. */
function observe(isWrong: (at: number, hasBar: boolean) => boolean, barred: (at: number, label: number) => boolean) {
  const rng = createRng(3);
  const prints = createPrints();
  const count = 800;
  const labels = Array.from({ length: count }, (_, at) => at % 4);
  const bars = labels.map((label, at) => barred(at, label));
  for (const [at, label] of labels.entries()) {
    const picture = Float32Array.from({ length: side * side }, (_, i) => {
      const [y, x] = [Math.floor(i / side), i % side];
      const isBar = bars[at] ? x < 2 : x > 9;
      return 0.1 + 0.1 * rng.uniform() + (Math.floor(y / 3) === label ? 0.2 : 0) + (isBar ? 0.5 : 0);
    });
    prints.add(picture, [1, side, side]);
  }
  const predicted = labels.map((label, at) => (isWrong(at, bars[at]!) ? (label + 1) % 4 : label));
  const rest = { index: labels.map((_, i) => i), names: labels.map(String), confidence: labels.map(() => 1) };
  return { observed: { labels, predicted, prints, ...rest }, labels: undefined } as unknown as CheckContext;
}

const find = (context: CheckContext) => groups.find(context) as readonly Finding[];

describe("a weak group", () => {
  it("is found by what its pictures share beyond their class", () => {
    const found = find(
      observe(
        (at, hasBar) => hasBar || at % 50 === 0,
        (at) => at % 21 === 0,
      ),
    );
    const alike = found.filter(({ title }) => title.includes("look alike"));
    expect(alike.length).toBeGreaterThan(0);
    const { numbers, pictures, severity, detail } = alike[0]!;
    expect(severity).toBe("serious");
    expect(numbers["accuracy"]).toBeLessThan(0.3);
    expect(detail).toContain("beyond their class (of ");
    expect(pictures!.filter(({ index }) => index % 21 === 0).length).toBeGreaterThanOrEqual(10);
  });

  it("is none where errors fall anywhere", () => {
    expect(
      find(
        observe(
          (at) => at % 13 === 0,
          (at) => at % 21 === 0,
        ),
      ),
    ).toEqual([]);
  });

  it("is none where it is a class, which is told of that", () => {
    const context = observe(
      (at) => at % 4 === 2,
      (_, label) => label === 2,
    );
    expect(find(context).filter(({ title }) => title.includes("look alike"))).toEqual([]);
  });
});

it("a wrong way in is told before all else", () => {
  const finding = (check: string, severity: Finding["severity"]): Finding => ({
    check,
    severity,
    title: check,
    detail: "",
    numbers: {},
  });
  const sorted = byImportance([finding("errors", "serious"), finding("contract", "serious"), finding("tint", "note")]);
  expect(sorted.map(({ check }) => check)).toEqual(["contract", "errors", "tint"]);
  expect(byImportance([finding("errors", "serious"), finding("contract", "fine")])[0]!.check).toBe("errors");
});
