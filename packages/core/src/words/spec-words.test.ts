import { describe, expect, test } from "vitest";
import { standard } from "../standard.js";
import { parseWords, withParameters } from "./spec-words.js";

const read = (text: string) => parseWords(standard, "parameterization", text);

describe("a spec in words", () => {
  test("has its parameters behind it, with commas in them too", () => {
    expect(parseWords(standard, "transform", "jitter:pixels=4")).toMatchObject({ type: "jitter", pixels: 4 });
    expect(read("pixel:range=0,1, squash = sigmoid")).toMatchObject({ range: [0, 1], squash: "sigmoid" });
    expect(read("shared:factors=2,4")).toMatchObject({ factors: [2, 4] });
  });

  test("may hold others, with their own parameters in parentheses", () => {
    expect(read("alpha:inner=(fourier:decay=2,range=-1,1),opacity=(pixel:range=0,1)")).toMatchObject({
      inner: { type: "fourier", decay: 2, range: [-1, 1] },
      opacity: { type: "pixel", range: [0, 1] },
    });
    const deep = read("masked:inner=(shared:inner=(maco:color=none),factors=4,8),image=a.jpg,mask=b (2).png");
    expect(deep).toMatchObject({
      inner: { type: "shared", inner: { type: "maco", color: "none" }, factors: [4, 8] },
      image: "a.jpg",
      mask: "b (2).png",
    });
    expect(read("alpha:inner=cppn")).toMatchObject({ inner: { type: "cppn", layers: 8 } });
    expect(read('alpha:inner={"type":"fourier","decay":2},opacity=pixel')).toMatchObject({ inner: { decay: 2 } });
  });

  test("may be JSON", () => {
    expect(read('{"type":"alpha","inner":{"type":"fourier","decay":2}}')).toMatchObject({ inner: { decay: 2 } });
    expect(() => read('{"type":"alpha"')).toThrow(expect.objectContaining({ code: "bad-argument" }));
  });

  test("is checked, what is inside too", () => {
    expect(() => read("alpha:inner=(fourier:decya=2)")).toThrow('"fourier" has no parameter "decya"');
    expect(() => read("alpha:inner=(furier)")).toThrow('There is no parameterization of type "furier"');
  });

  test("changes what another one has", () => {
    const base = read("alpha:inner=(fourier:decay=2)");
    const given = { opacity: "(fourier:decay=3)" };
    expect(withParameters(standard, "parameterization", base, given)).toMatchObject({
      inner: { decay: 2 },
      opacity: { type: "fourier", decay: 3 },
    });
  });
});
