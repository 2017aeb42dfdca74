import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { runtime } from "./testing/pinned-networks.js";
import { pinRun, runs, type PinnedRun, type RunPin } from "./testing/pinned-runs.js";
import { processorFlavour } from "./testing/processor.js";

/** What was pinned; `npm run pin-runs` writes it. */
interface Pins {
  /** By run; `blocks` are the pictures in means of 8 x 8 blocks, to four decimals. */
  readonly runs: Readonly<Record<string, RunPin & { readonly blocks: readonly (readonly number[])[] }>>;
  /** By flavour of the processor and run. */
  readonly exact: Readonly<Record<string, Readonly<Record<string, PinnedRun["exact"]>>>>;
}

const path = join(import.meta.dirname, "pinned-runs.json");
const pinned: Pins = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Pins) : { runs: {}, exact: {} };
const { PIN_RUNS: task, PIN_RUNS_TEXTS: texts } = process.env;
const flavour = processorFlavour(runtime.name);
/** Of the means of blocks between processors. */
const tolerance = 1e-3;

/** Of every picture, the mean of its channels over 8 x 8 blocks. */
function blocksOf({ shape, data }: PinnedRun["pictures"]): number[][] {
  const [count, channels, height, width] = shape as [number, number, number, number];
  const bounds = (i: number, length: number) =>
    [Math.floor((i * length) / 8), Math.ceil(((i + 1) * length) / 8)] as const;
  return Array.from({ length: count }, (_, k) =>
    Array.from({ length: 64 }, (_, block) => {
      const [top, bottom] = bounds(block >> 3, height);
      const [left, right] = bounds(block % 8, width);
      let sum = 0;
      for (let c = 0; c < channels; c++) {
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) sum += Number(data[((k * channels + c) * height + y) * width + x]!);
        }
      }
      return Number((sum / (channels * (bottom - top) * (right - left))).toFixed(4));
    }),
  );
}

const farthest = (some: number[][], others: Pins["runs"][string]["blocks"]) =>
  Math.max(...some.flat().map((mean, i) => Math.abs(mean - others.flat()[i]!)));

describe.runIf(task === undefined)(`pinned runs on ${flavour}`, () => {
  it("are those that were pinned", () => expect(Object.keys(pinned.runs)).toEqual(Object.keys(runs)));

  const unknown = Object.keys(runs).filter((name) => !pinned.exact[flavour]?.[name]);
  it.each(Object.keys(runs))("%s", async (name) => {
    const { pin, pictures, exact } = await pinRun(name);
    const { blocks, ...expected } = pinned.runs[name]!;
    expect(pin).toEqual(expected);
    expect(farthest(blocksOf(pictures), blocks)).toBeLessThan(tolerance);
    if (!unknown.includes(name)) expect(exact).toEqual(pinned.exact[flavour]![name]);
  });

  afterAll(() => {
    if (unknown.length === 0) return;
    console.warn(
      `The pictures of ${unknown.length} pinned runs were compared roughly: nothing exact is known for "${flavour}". ` +
        "Where the code is the one that was pinned, add it: npm run pin-runs",
    );
  });
});

describe.runIf(task === "write")("pins", () => {
  it("are written", async () => {
    const made: Record<string, Pins["runs"][string]> = {};
    const own: Record<string, PinnedRun["exact"]> = {};
    const changed = new Set<string>();
    for (const name of Object.keys(runs)) {
      const { pin, pictures, exact, graphText } = await pinRun(name);
      if (texts) writeFileSync(join(texts, `${name}.txt`), graphText);
      const { blocks: before, ...known } = pinned.runs[name] ?? { blocks: [] };
      const blocks = blocksOf(pictures);
      const isSame = isDeepStrictEqual(known, pin) && farthest(blocks, before) < tolerance;
      if (!isSame) changed.add(name);
      made[name] = isSame ? pinned.runs[name]! : { ...pin, blocks };
      own[name] = exact;
    }
    // what other processors made of a run that has changed is no longer known
    const others = Object.entries(pinned.exact).map(([one, all]) => [
      one,
      Object.fromEntries(Object.entries(all).filter(([name]) => name in made && !changed.has(name))),
    ]);
    if (!texts)
      writeFileSync(path, JSON.stringify({ runs: made, exact: { ...Object.fromEntries(others), [flavour]: own } }));
    console.log(`Changed: ${[...changed].join("; ") || "nothing"}`);
  }, 300_000);
});
