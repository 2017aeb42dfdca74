import { describe, expect, it } from "vitest";
import type { VjpRules } from "../autodiff/vjp.js";
import { channel, logit } from "../objectives/activation.js";
import { adam, nadam } from "../optimizers/adaptive.js";
import { gradient, momentum, normalized } from "../optimizers/gradient.js";
import { lbfgs } from "../optimizers/lbfgs.js";
import { cosine, linear, staircase, warmup } from "../optimizers/schedules.js";
import { pixel } from "../parameterizations/pixel.js";
import { tensor } from "../tensor.js";
import { buildModel, open, tinyCnn, weights } from "../testing/models.js";
import { crops, jitter } from "../transforms/affine.js";
import { noise } from "../transforms/pixelwise.js";
import { maximize } from "../testing/plain.js";
import type { MaximizeOptions } from "./options.js";
import type { Target, AscentResult, Checkpoint, Step } from "./result.js";

const model = open(tinyCnn());
const target = logit({ class: 1 });

/** Dead from the start, until redirected gradients have moved it. */
const sleeping = open(
  buildModel((op, x) => ({ y: op.relu(op.sub(op.mul(x, 2), 2)) }), { shape: [1, 1, 2, 2], freeBatch: "N" }),
);
/** Grows until it is no number any more. */
const steep = open(buildModel((op, x) => ({ y: op.mul(op.mul(x, x), x) }), { shape: [1, 1, 2, 2] }));
/** Rises for some steps, then jumps about the top. */
const hill = open(buildModel((op, x) => ({ y: op.neg(op.mul(op.sub(x, 1), op.sub(x, 1))) }), { shape: [1, 1, 2, 2] }));
const unit = channel({ layer: "y", channel: 0 });

/** All of a result but its functions. */
function facts({ last, ...rest }: AscentResult) {
  const { checkpoint: _, ...step } = last;
  return { ...rest, last: step };
}

/** The checkpoint of a run that ends after a step, as it would come back from a disk. */
async function cut(from: typeof model, objective: Target | Target[], options: MaximizeOptions, after: number) {
  let kept: Checkpoint | undefined;
  for await (const step of maximize(from, objective, options)) {
    kept = structuredClone(step.checkpoint());
    if (step.index === after) break;
  }
  return kept!;
}

const random: MaximizeOptions = { transforms: [jitter({ pixels: 2 }), noise({ deviation: 0.3 })], seed: 5, steps: 8 };
const cases: readonly (readonly [string, typeof model, Target | Target[], MaximizeOptions, AscentResult["ended"]])[] = [
  ["plain", model, target, { steps: 6 }, "steps"],
  ["random transforms and Adam", model, target, { ...random, optimizer: adam({}) }, "steps"],
  ["the best kept", model, [target, logit({ class: 2 })], { ...random, keep: "best" }, "steps"],
  [
    "several views, a range and a schedule",
    model,
    target,
    {
      ...random,
      transforms: [crops({ count: 2 })],
      parameterization: pixel({ range: [0, 1], squash: "sigmoid" }),
      optimizer: nadam({}),
      schedule: cosine({}),
    },
    "steps",
  ],
  ["other things watched", model, target, { ...random, watch: { other: logit({ class: 0 }) } }, "steps"],
  ["the best of several restarts", model, [target, logit({ class: 2 })], { steps: 6, restarts: 8 }, "steps"],
  ["a quasi-Newton method", model, target, { steps: 6, optimizer: lbfgs({ history: 2 }) }, "steps"],
  [
    "a plateau",
    hill,
    unit,
    { steps: 50, start: 0.2, patience: 3, optimizer: normalized({ learningRate: 0.5 }) },
    "plateau",
  ],
  [
    "redirected gradients",
    sleeping,
    unit,
    { steps: 8, start: -0.5, optimizer: momentum({ learningRate: 1 }) },
    "steps",
  ],
  [
    "redirected gradients for one of two",
    sleeping,
    unit,
    { steps: 8, start: [-0.5, 2], optimizer: adam({ learningRate: 0.5 }) },
    "steps",
  ],
  [
    "its end in numbers that are none",
    steep,
    unit,
    { steps: 40, start: 3, optimizer: gradient({ learningRate: 10 }) },
    "diverged",
  ],
  [
    "one of two pictures that breaks",
    steep,
    unit,
    { steps: 12, start: [3, 0], keep: "best", optimizer: gradient({ learningRate: 10 }) },
    "steps",
  ],
  [
    "two pictures that break at different steps",
    steep,
    unit,
    { steps: 40, start: [0.2, 3], optimizer: gradient({ learningRate: 10 }) },
    "diverged",
  ],
];

describe("a run that goes on from a checkpoint", () => {
  it.each(cases)(
    "gives what one without a stop gives, wherever that was: %s",
    async (_, from, objective, options, ended) => {
      const whole = await maximize(from, objective, options).result;
      expect(whole.ended).toBe(ended);
      for (let after = 0; after <= whole.last.index; after++) {
        const resume = await cut(from, objective, options, after);
        const seen: number[] = [];
        const run = maximize(from, objective, { ...options, resume });
        for await (const { index } of run) seen.push(index);
        expect(seen).toEqual(Array.from({ length: whole.last.index - after }, (_, i) => after + 1 + i));
        expect(facts(await run.result)).toEqual(facts(whole));
      }
    },
  );

  it("may be stopped again and again", async () => {
    const options: MaximizeOptions = { ...random, optimizer: adam({}), keep: "best" };
    const whole = await maximize(model, target, options).result;
    let resume: Checkpoint | undefined;
    for (let i = 0; i < random.steps!; i++)
      resume = await cut(model, target, { ...options, ...(resume && { resume }) }, i);
    expect(facts(await maximize(model, target, { ...options, resume: resume! }).result)).toEqual(facts(whole));
  });

  it("stands where its step stood, however late the checkpoint is taken", async () => {
    const options: MaximizeOptions = { ...random, keep: "best", watch: { other: logit({ class: 0 }) } };
    const steps: Step[] = [];
    const early: Checkpoint[] = [];
    for await (const step of maximize(model, target, options)) {
      steps.push(step);
      early.push(structuredClone(step.checkpoint()));
    }
    steps.forEach((step, i) => expect(step.checkpoint()).toEqual(early[i]));
  });

  it("and is stopped at once still has the checkpoint's step as its last", async () => {
    const resume = await cut(model, target, { steps: 6 }, 3);
    const { ended, last, curve } = await maximize(model, target, { steps: 6, resume, signal: AbortSignal.abort() })
      .result;
    expect([ended, last.index, curve.length]).toEqual(["aborted", 3, 4]);
    expect(last.checkpoint()).toBe(resume);
  });
});

describe("a run that goes on for longer than it was to", () => {
  it.each<readonly [string, typeof model, Target | Target[], MaximizeOptions]>([
    ["plain", model, target, { optimizer: adam({}) }],
    ["a staircase", model, target, { optimizer: adam({}), schedule: staircase({ every: 2 }) }],
    ["a warm-up", model, target, { optimizer: adam({}), schedule: warmup({ steps: 5 }) }],
    ["random transforms, the best kept", model, target, { ...random, keep: "best" }],
    ["asleep at its end", sleeping, unit, { start: -0.5, optimizer: momentum({ learningRate: 1 }) }],
    ["broken at its end", steep, unit, { start: [3, 0.2], optimizer: gradient({ learningRate: 10 }) }],
  ])("gives what one of all steps gives: %s", async (_, from, objective, options) => {
    const whole = await maximize(from, objective, { ...options, steps: 9 }).result;
    for (const steps of [0, 1, 3]) {
      const { last } = await maximize(from, objective, { ...options, steps }).result;
      const resume = structuredClone(last.checkpoint());
      expect(facts(await maximize(from, objective, { ...options, steps: 9, resume }).result)).toEqual(facts(whole));
    }
  });

  it("cannot where the schedule goes by the number of steps, or where it is beyond its end", async () => {
    const scheduled = { steps: 6, schedule: cosine({}) };
    const other = await cut(model, target, scheduled, 3);
    await expect(maximize(model, target, { ...scheduled, steps: 9, resume: other }).result).rejects.toMatchObject({
      code: "bad-argument",
      message: 'The checkpoint is of a run of 6 steps, not 9, and the schedule "cosine" depends on their number',
    });
    const resume = await cut(model, target, { steps: 6 }, 4);
    await expect(maximize(model, target, { steps: 3, resume }).result).rejects.toMatchObject({
      code: "bad-argument",
      message: "The checkpoint is at step 4, beyond the 3 to be taken",
    });
    expect((await maximize(model, target, { steps: 4, resume }).result).last.index).toBe(4);
  });
});

describe("a checkpoint of a run on something else is refused", () => {
  const photo = (value: number) => tensor("float32", new Float32Array(36).fill(value), [1, 6, 6]);
  const scaled = (by: number) =>
    open(buildModel((op, x) => ({ y: op.mul(x, weights(op, [1, 1, 6, 6], by)) }), { shape: [1, 1, 6, 6] }));
  const inPhoto: MaximizeOptions = {
    images: { photo: photo(0.2), mask: photo(0.5) },
    parameterization: { type: "masked", image: "photo", mask: "mask" },
  };
  const plain: VjpRules = { Relu: (g) => [g] };
  it.each<
    readonly [string, string, readonly [typeof model, MaximizeOptions], readonly [typeof model, MaximizeOptions]]
  >([
    ["other weights", "weights", [scaled(1), {}], [scaled(2), {}]],
    [
      "a rule of another meaning",
      "graph",
      [model, { rules: plain }],
      [model, { rules: { Relu: (g, { op }) => [op.mul(g, 2)] } }],
    ],
    [
      "another picture inside",
      "graph",
      [model, inPhoto],
      [model, { ...inPhoto, images: { ...inPhoto.images, photo: photo(0.3) } }],
    ],
    [
      "another picture as start",
      "beginning",
      [model, { images: { photo: photo(0.2) }, start: { type: "image", image: "photo" } }],
      [model, { images: { photo: photo(0.3) }, start: { type: "image", image: "photo" } }],
    ],
    [
      "another array as start",
      "beginning",
      [model, { start: { type: "array", values: Array(36).fill(0.1) } }],
      [model, { start: { type: "array", values: Array(36).fill(0.2) } }],
    ],
  ])("%s", async (_, field, [from, before], [other, now]) => {
    const objective = from === model ? target : unit;
    const resume = await cut(from, objective, { ...before, steps: 6 }, 2);
    await expect(maximize(other, objective, { ...now, steps: 6, resume }).result).rejects.toMatchObject({
      code: "bad-argument",
      message: expect.stringMatching(
        new RegExp(`^The checkpoint belongs to another run: its "${field}" is "[0-9a-f]{16}", not "[0-9a-f]{16}"$`),
      ),
    });
    const again = await maximize(from, objective, { ...before, steps: 6, resume }).result;
    expect(again.last.index).toBe(6);
  });
});

describe("a checkpoint of another run is refused", () => {
  const options: MaximizeOptions = { steps: 6, watch: { w: target } };
  it.each<readonly [string, typeof model, Target | Target[], MaximizeOptions]>([
    ["objectives", model, logit({ class: 2 }), options],
    ["optimizer", model, target, { ...options, optimizer: adam({}) }],
    ["schedule", model, target, { ...options, schedule: linear({}) }],
    ["seed", model, target, { ...options, seed: 1 }],
    ["parameterization", model, target, { ...options, parameterization: pixel({ range: [0, 1] }) }],
    ["transforms", model, target, { ...options, transforms: [jitter({})] }],
    ["size", model, target, { ...options, size: [8, 8] }],
    ["shape", open(tinyCnn({ channels: 2 })), target, options],
    ["watch", model, target, { steps: 6 }],
  ])("%s", async (field, from, objective, given) => {
    const resume = await cut(model, target, options, 2);
    await expect(maximize(from, objective, { ...given, resume }).result).rejects.toMatchObject({
      code: "bad-argument",
      message: expect.stringMatching(
        new RegExp(`^The checkpoint belongs to another run: its "${field}" is .+, not .+`),
      ),
      hint: expect.any(String),
    });
  });
});
