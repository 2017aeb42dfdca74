import { expect, it } from "vitest";
import { logit } from "../objectives/activation.js";
import { mul, sub } from "../objectives/combine.js";
import { tv } from "../objectives/penalty.js";
import { adam } from "../optimizers/adaptive.js";
import { gradient } from "../optimizers/gradient.js";
import { open, tinyCnn } from "../testing/models.js";
import { maximize } from "../testing/plain.js";
import type { MaximizeOptions } from "./options.js";
import type { Checkpoint, Target } from "./result.js";

const model = open(tinyCnn());

async function after(step: number, target: Target, options: MaximizeOptions): Promise<Checkpoint> {
  for await (const { index, checkpoint } of maximize(model, target, options)) if (index === step) return checkpoint();
  throw new Error("The run was too short");
}

const fast: MaximizeOptions = { steps: 8, optimizer: gradient({ learningRate: 1 }), keep: "best" };

it("a run is steered: rates, weights and classes change between two steps, and what was before is kept", async () => {
  const aimOf = (digit: number, weight: number) => sub(logit({ class: digit }), mul(weight, tv({})));
  const aim = aimOf(1, 0.1);
  const resume = await after(3, aim, fast);
  const slow: MaximizeOptions = { ...fast, optimizer: gradient({ learningRate: 0 }), resume, steer: true };
  const { curve, picture, last, record } = await maximize(model, aimOf(2, 0.3), slow);
  expect(curve.slice(0, 4)).toEqual(resume.curve);
  expect(curve).toHaveLength(9);
  // the step after the third was already decided; from there on nothing moves, and the other class is measured
  expect(new Set(curve.slice(4).map(([value]) => value)).size).toBe(1);
  expect(curve[4]![0]).not.toBeCloseTo(resume.curve[3]![0]!, 3);
  expect(record.steered).toEqual([
    { after: 3, before: { objectives: resume.record.objectives, optimizer: resume.record.optimizer } },
  ]);
  // another aim has another best picture
  expect(last.checkpoint().best.steps[0]).toBeGreaterThanOrEqual(3);
  expect(picture).toEqual(last.checkpoint().best.picture);
});

it("a steered run can be stopped and goes on, and is steered again", async () => {
  const slow: MaximizeOptions = { ...fast, optimizer: gradient({ learningRate: 0.1 }) };
  const resume = await after(2, logit({ class: 1 }), fast);
  const whole = await maximize(model, logit({ class: 1 }), { ...slow, resume, steer: true });
  const halted = new AbortController();
  let cut: Checkpoint | undefined;
  const run = maximize(model, logit({ class: 1 }), { ...slow, resume, steer: true, signal: halted.signal });
  for await (const step of run) {
    cut = step.checkpoint();
    if (step.index === 5) halted.abort();
  }
  const rest = await maximize(model, logit({ class: 1 }), { ...slow, resume: cut! });
  expect(rest.picture).toEqual(whole.picture);
  expect(rest.record).toEqual(whole.record);
  const again = await maximize(model, logit({ class: 2 }), { ...slow, resume: cut!, steer: true });
  expect(again.record.steered?.map((one) => one.after)).toEqual([2, 5]);
});

it("more than numbers cannot be steered, and nothing where it is not asked for", async () => {
  const resume = await after(2, logit({ class: 1 }), fast);
  const other = (options: MaximizeOptions) => maximize(model, logit({ class: 1 }), { ...fast, resume, ...options });
  await expect(other({ steer: true, optimizer: adam({}) })).rejects.toMatchObject({ code: "bad-argument" });
  await expect(other({ steer: true, seed: 7 })).rejects.toThrow(/"seed"/);
  await expect(other({ optimizer: gradient({ learningRate: 0.1 }) })).rejects.toThrow(/"optimizer"/);
});
