import { describe, expect, it } from "vitest";
import { nearest, oneOf, suggest, XstarError } from "./errors.js";

describe("XstarError", () => {
  it("shows no bytes that are no signs", () => {
    const error = new XstarError("bad-model", 'Layer "a\u0000b\u001B[31m"', { hint: "line\none\u0085" });
    expect(error.message).toBe('Layer "a\\x00b\\x1b[31m"');
    expect(error.hint).toBe("line\none\\x85");
  });

  it("carries a code, a sentence, a hint, facts and a cause", () => {
    const cause = new Error("disk");
    const error = new XstarError("bad-data", "It is broken", { hint: "Mend it", details: { at: 3 }, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "XstarError",
      code: "bad-data",
      message: "It is broken",
      hint: "Mend it",
      details: { at: 3 },
      cause,
    });
    expect("cause" in new XstarError("bad-data", "It is broken")).toBe(false);
  });

  it("is known by its mark, also when it comes from another copy of the package", () => {
    const foreign = Object.assign(new Error("x"), { [Symbol.for("xstar.error")]: true, code: "aborted" });
    expect(XstarError.is(new XstarError("aborted", "x"))).toBe(true);
    expect(XstarError.is(foreign)).toBe(true);
    for (const other of [new Error("x"), undefined, null, "aborted", 3, { code: "aborted" }]) {
      expect(XstarError.is(other)).toBe(false);
    }
  });
});

describe("nearest", () => {
  const layers = ["conv1", "conv2", "relu1", "dense", "mixed4a_pool"];

  it("puts the fewest edits first, whatever the case", () => {
    expect(nearest("conv3", layers)).toEqual(["conv1", "conv2"]);
    expect(nearest("DENSE", layers, 1)).toEqual(["dense"]);
    expect(nearest("ocnv1", layers, 1)).toEqual(["conv1"]);
  });

  it("prefers names that contain what was asked for", () => {
    expect(nearest("4a", layers, 1)).toEqual(["mixed4a_pool"]);
    expect(nearest("step", ["redirectSteps", "stop", "steps"])).toEqual(["steps", "redirectSteps", "stop"]);
  });

  it("gives as many as there are, the same for any order of the names", () => {
    expect(nearest("ax", ["ay", "az"], 5)).toEqual(["ay", "az"]);
    expect(nearest("ax", ["az", "ay"], 5)).toEqual(["ay", "az"]);
    expect(nearest("x", [])).toEqual([]);
    expect(nearest("", layers, 2)).toHaveLength(2);
  });
});

describe("suggest", () => {
  it("names what is near, and where nothing is, what there is", () => {
    expect(suggest("jiter", ["jitter", "pad"])).toBe('Did you mean "jitter"?');
    expect(suggest("adam", ["jitter", "pad"])).toBe('Choose "jitter" or "pad"');
    expect(suggest("adam", [])).toBe("There is none");
    const names = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
    expect(suggest("adam", names)).toBe('There are 1000, such as "class 0", "class 1" or "class 2"');
  });
});

describe("oneOf", () => {
  it("is an English list", () => {
    expect(oneOf([])).toBe("");
    expect(oneOf(["a"])).toBe('"a"');
    expect(oneOf(["a", "b"])).toBe('"a" or "b"');
    expect(oneOf(["a", "b", "c"])).toBe('"a", "b" or "c"');
  });
});
