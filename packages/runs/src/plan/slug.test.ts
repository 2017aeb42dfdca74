import { expect, test } from "vitest";
import { distinct, slugOf } from "./slug.js";

test.each([
  ["Plus214_Output_0:3", "plus214-output-0-3"],
  ["0.5*conv2:7 - logit:3", "0.5-conv2-7-logit-3"],
  ["../../etc/passwd", "etc-passwd"],
  ["層:1", "1"],
  ["層", "target"],
])("%s becomes %s", (text, slug) => {
  expect(slugOf(text)).toBe(slug);
});

test("equal names are told apart", () => {
  expect(distinct(["a", "b", "a", "a"])).toEqual(["a", "b", "a-2", "a-3"]);
});
