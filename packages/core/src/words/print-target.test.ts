import { describe, expect, it, test } from "vitest";
import { channel, layer, logit, neuron, spatial } from "../objectives/activation.js";
import { abs, add, div, mul, neg, pow, sub } from "../objectives/combine.js";
import { lp, tv } from "../objectives/penalty.js";
import { accentuation } from "../objectives/image.js";
import { direction } from "../objectives/direction.js";
import { alpha } from "../parameterizations/alpha.js";
import { fourier } from "../parameterizations/fourier.js";
import { masked } from "../parameterizations/masked.js";
import { pixel } from "../parameterizations/pixel.js";
import { createRng, type Rng } from "../rng.js";
import { standard } from "../standard.js";
import { specKinds, type Spec } from "../define/spec.js";
import { printTarget, printWords } from "./print-target.js";
import { parseWords } from "./spec-words.js";
import { parseTarget } from "./target.js";

const names = { layers: ["conv2", "a/b:out", "mixed4a"], models: new Map([["other", { layers: ["conv2", "x"] }]]) };
const parse = (text: string) => parseTarget(text, names, standard.objective);

/** Targets as people combine them, at random. */
function randomTarget(rng: Rng, depth: number): Spec<"objective"> | number {
  const leaves = [
    () => channel({ layer: "conv2", channel: rng.int(9) }),
    () => neuron({ layer: "conv2", channel: rng.int(9), y: rng.int(5), x: rng.int(5) }),
    () => spatial({ layer: "a/b:out", y: 1, x: 2 }),
    () => layer({ layer: "mixed4a" }),
    () => channel({ layer: "x", channel: 3, model: "other" }),
    () => logit({ class: rng.int(10) }),
    () => logit({ class: 2, model: "other" }),
    () => tv(),
    () => lp({ p: 3 }),
    () => direction({ layer: "conv2", vector: [1, -0.5, 2] }),
  ];
  const inner = (): Spec<"objective"> | number =>
    rng.uniform() < 0.25 ? 1 + rng.int(7) / 4 : randomTarget(rng, depth - 1);
  const whole = () => randomTarget(rng, depth - 1) as Spec<"objective">;
  const branches = [
    () => add(whole(), inner()),
    () => sub(inner(), whole()),
    () => sub(whole(), whole()),
    () => mul(1.5 + rng.int(4), whole()),
    () => mul(whole(), whole()),
    () => div(whole(), inner()),
    () => pow(whole(), 2 + rng.int(2)),
    () => abs(whole()),
    () => accentuation({ target: whole(), layer: "conv2", image: "cat.png" }),
  ];
  const some = depth === 0 || rng.uniform() < 0.2 ? leaves : branches;
  return some[rng.int(some.length)]!();
}

describe("a target in words", () => {
  test("is what a person would write", () => {
    expect(printTarget(standard, channel({ layer: "conv2", channel: 7 }))).toBe("conv2:7");
    expect(printTarget(standard, sub(channel({ layer: "conv2", channel: 7 }), mul(0.1, tv())))).toBe(
      "conv2:7 - 0.1 * tv",
    );
    expect(printTarget(standard, logit({ class: "polar bear", model: "other" }))).toBe('other::logit:"polar bear"');
    expect(printTarget(standard, neg(layer({ layer: "conv2" })))).toBe("(-1) * conv2");
  });

  it("is read back as it was printed, whatever it is", () => {
    const rng = createRng(7);
    for (let i = 0; i < 500; i++) {
      const target = randomTarget(rng, 1 + (i % 4)) as Spec<"objective">;
      const text = printTarget(standard, target);
      expect(parse(text), text).toEqual(target);
      expect(printTarget(standard, parse(text))).toBe(text);
    }
  });
});

describe("other specs in words", () => {
  it.each(specKinds.filter((kind) => kind !== "objective").map((kind) => ({ kind })))(
    "of the kind $kind are read back as they were printed",
    ({ kind }) => {
      for (const [type, definition] of Object.entries(standard[kind])) {
        const make = definition as (given?: object) => Spec;
        for (const spec of [make(definition.example as object)])
          expect(parseWords(standard, kind, printWords(standard, kind, spec)), type).toEqual(spec);
      }
    },
  );

  test("hold others, and those inside them", () => {
    const spec = alpha({ inner: fourier({ decay: 2, range: [-1, 1] }), opacity: pixel({ range: [0, 1] }) });
    const text = printWords(standard, "parameterization", spec);
    expect(text).toBe("alpha:inner=(fourier:decay=2,range=-1,1),opacity=(pixel:range=0,1)");
    expect(parseWords(standard, "parameterization", text)).toEqual(spec);
    const deep = masked({ image: "a.jpg", mask: "b.png", inner: fourier() });
    expect(parseWords(standard, "parameterization", printWords(standard, "parameterization", deep))).toEqual(deep);
  });
});
