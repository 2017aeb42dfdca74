import { adam, channel, logit, mul, neg, printTarget, standard, sub, tv } from "@xstar/core";
import { expect, test } from "vitest";
import { liveControlsOf, withNumber } from "./live-controls.js";

test("the live numbers of a target: what it is about, and its weights", () => {
  const spec = sub(logit({ class: 3 }), mul(0.1, tv({})));
  const controls = liveControlsOf("objective", spec);
  expect(controls.map(({ name, value, isWhole }) => [name, value, isWhole])).toEqual([
    ["class", 3, true],
    ["weight of tv", 0.1, false],
  ]);
  const [digit, weight] = controls;
  expect(printTarget(standard, withNumber(spec, digit!.path, 5))).toBe("logit:5 - 0.1 * tv");
  expect(printTarget(standard, withNumber(spec, weight!.path, 2))).toBe("logit:3 - 2 * tv");
});

test("of an optimizer its rates, of a channel its number and not its layer", () => {
  expect(liveControlsOf("optimizer", adam({})).map(({ name }) => name)).toContain("learningRate");
  const names = liveControlsOf("objective", neg(channel({ layer: "conv2", channel: 7 }))).map(({ name }) => name);
  expect(names).toEqual(["weight of conv2:7", "channel"]);
});
