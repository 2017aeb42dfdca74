import { describe, expect, it } from "vitest";
import { logit } from "../objectives/activation.js";
import { open, tinyCnn } from "../testing/models.js";
import { maximize } from "../testing/plain.js";

const model = open(tinyCnn());
const target = logit({ class: 1 });

describe("a run", () => {
  it("that is awaited is its result", async () => {
    const run = maximize(model, target, { steps: 2 });
    const awaited = await run;
    expect(awaited).toBe(await run.result);
    expect([awaited.curve.length, awaited.ended]).toEqual([3, "steps"]);
    await expect(maximize(model, "nowhere:1")).rejects.toMatchObject({ code: "unknown-layer" });
  });

  it("refuses to be iterated over once its steps are being taken", async () => {
    const taken = expect.objectContaining({
      code: "bad-argument",
      message: "The steps of this run are being taken already",
      hint: "Iterate first, and wait for the result afterwards",
    });
    const run = maximize(model, target, { steps: 2 });
    const pending = run.result;
    await Promise.resolve();
    expect(() => run[Symbol.asyncIterator]()).toThrow(taken);
    expect((await pending).curve).toHaveLength(3);
    expect(() => run[Symbol.asyncIterator]()).toThrow(taken);
    const iterated = maximize(model, target, { steps: 2 });
    for await (const _ of iterated);
    expect(() => iterated[Symbol.asyncIterator]()).toThrow(taken);
  });

  it("begins only when it is awaited or iterated over", async () => {
    const opened: number[] = [];
    const open = (...given: Parameters<typeof model.runtime.open>) => {
      opened.push(opened.length);
      return model.runtime.open(...given);
    };
    const run = maximize({ ...model, runtime: { ...model.runtime, open } }, target, { steps: 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(opened).toEqual([]);
    await run;
    expect(opened).not.toEqual([]);
  });
});
