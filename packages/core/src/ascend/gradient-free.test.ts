import { describe, expect, it } from "vitest";
import { predictSeconds } from "../ascents.js";
import { logit } from "../objectives/activation.js";
import { mul, sub } from "../objectives/combine.js";
import { tv } from "../objectives/penalty.js";
import { adam } from "../optimizers/adaptive.js";
import { shared } from "../parameterizations/shared.js";
import { numbers, type Tensor } from "../tensor.js";
import { fourBitNetwork, open, tinyCnn } from "../testing/models.js";
import { compileAscent, exportAscent, maximize } from "../testing/plain.js";
import { jitter } from "../transforms/affine.js";
import type { MaximizeOptions } from "./options.js";
import type { Checkpoint } from "./result.js";

/** Its last layer cannot be differentiated. */
const model = open(fourBitNetwork());
const target = logit({ class: 1 });
const options: MaximizeOptions = { gradientFree: true, optimizer: adam({ learningRate: 0.1 }), start: 0.5, steps: 30 };

const bytes = (t: Tensor<"float32">) => String(new Uint32Array(Float32Array.from(t.data).buffer));

describe("an ascent without gradients", () => {
  it("is what the error of a missing rule offers", async () => {
    await expect(maximize(model, target).result).rejects.toMatchObject({
      code: "missing-vjp-rule",
      message: expect.stringContaining("com.microsoft::MatMulBnb4"),
      hint: expect.stringMatching(/gradientFree, on the command line --gradient-free$/),
    });
  });

  it("climbs where an operator has no rule, and its record says how", async () => {
    const { curve, record, warnings } = await maximize(model, target, options).result;
    expect(record.gradientFree).toEqual({ pairs: 64, deviation: 0.1 });
    expect(record.redirectSteps).toBe(0);
    expect(curve.at(-1)![0]! - curve[0]![0]!).toBeGreaterThan(1);
    expect(warnings).toEqual([[]]);
    expect((await maximize(open(tinyCnn()), target, { steps: 0 }).result).record).not.toHaveProperty("gradientFree");
  });

  it("gives the same bytes again, also from a checkpoint, and others of another seed", async () => {
    const whole = await maximize(model, target, options).result;
    expect(bytes((await maximize(model, target, options).result).picture)).toBe(bytes(whole.picture));
    expect(bytes((await maximize(model, target, { ...options, seed: 1 }).result).picture)).not.toBe(
      bytes(whole.picture),
    );
    let half: Checkpoint | undefined;
    for await (const step of maximize(model, target, { ...options, steps: 30 }))
      if (step.index === 12) half = step.checkpoint();
    const rest = await maximize(model, target, { ...options, resume: half! }).result;
    expect(bytes(rest.picture)).toBe(bytes(whole.picture));
  });

  it("takes what other ascents take: several pictures, shared variables, views, penalties, restarts", async () => {
    const many: MaximizeOptions = {
      ...options,
      start: undefined,
      parameterization: shared({ factors: [4] }),
      transforms: [jitter({ pixels: 1 })],
      restarts: 3,
      clip: 5,
    };
    const targets = [0, 2].map((index) => sub(logit({ class: index }), mul(0.01, tv({}))));
    const { curve } = await maximize(model, targets, many).result;
    for (const k of [0, 1]) expect(curve.at(-1)![k]! - curve[0]![k]!).toBeGreaterThan(0.5);
  });

  it("steps along the true gradient on average", async () => {
    const cnn = open(tinyCnn());
    const given = { start: 0.5, steps: 1, seed: 3 };
    const step = async (more: MaximizeOptions) => {
      const { last } = await maximize(cnn, target, { ...given, ...more, optimizer: "gradient" }).result;
      return numbers(last.picture).map((x) => x - 0.5);
    };
    const pairs = 4000;
    const [wanted, found] = [await step({}), await step({ gradientFree: { pairs, deviation: 0.01 } })];
    const square = wanted.reduce((sum, x) => sum + x * x, 0);
    const off = found.map((x, i) => Math.abs(x - wanted[i]!) / Math.sqrt((square + wanted[i]! ** 2) / pairs));
    expect(Math.max(...off)).toBeLessThan(4);
    expect(square).toBeGreaterThan(1e-3);
  });

  it("is stopped in the middle of a step, and keeps what there is", async () => {
    const stop = new AbortController();
    const slow = { ...options, gradientFree: { pairs: 1e6 }, signal: stop.signal };
    setTimeout(() => stop.abort(), 50);
    await expect(maximize(model, target, slow).result).rejects.toMatchObject({ code: "aborted" });
    const later = new AbortController();
    const run = maximize(model, target, { ...options, steps: 1e6, signal: later.signal });
    for await (const { index } of run) if (index === 3) later.abort();
    expect(await run.result).toMatchObject({ ended: "aborted", last: { index: 3 } });
  });

  it("says how long it may take before it begins", async () => {
    const seconds = async (pairs: number) =>
      predictSeconds(model, await compileAscent(model, target, { ...options, gradientFree: { pairs } }));
    const [few, many] = [await seconds(8), await seconds(8000)];
    expect(few).toBeGreaterThan(0);
    expect(many).toBeGreaterThan(20 * few);
  });

  it("is no graph of its own, and knows no part of a picture that counts", async () => {
    await expect(exportAscent(model, target, options)).rejects.toMatchObject({
      code: "bad-argument",
      message: "An ascent without gradients is no single graph that could be exported",
    });
    await expect(maximize(model, target, { ...options, attribution: true }).result).rejects.toMatchObject({
      code: "bad-argument",
      message: '"attribution" adds up gradients, of which an ascent without them has none',
    });
  });

  it.each([
    [{ pairs: 0 }, '"pairs" must be a whole number of at least 1: current value is 0'],
    [{ deviation: 0 }, '"deviation" must be a number above 0: current value is 0'],
  ])("does not begin with %j", async (gradientFree, message) => {
    await expect(maximize(model, target, { gradientFree }).result).rejects.toMatchObject({
      code: "bad-argument",
      message,
    });
  });
});
