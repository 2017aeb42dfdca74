import { describe, expect, test } from "vitest";
import { manyFolderName, readMemory } from "./run-many.js";

describe("the memory of many pictures", () => {
  test.each([
    ["2GB", 2e9],
    ["1.5 gib", 1.5 * 2 ** 30],
    ["800MB", 8e8],
  ])("%s", (text, bytes) => {
    expect(readMemory(text)).toBe(bytes);
  });

  test.each(["2", "GB", "-1GB", "0MB", "1TB"])("is not %s", (text) => {
    expect(() => readMemory(text)).toThrow(
      expect.objectContaining({
        code: "bad-argument",
        message: `"--memory" must be a size such as 2GB or 800MB: current value is ${text}`,
      }),
    );
  });
});

test("the folder of many pictures is called after their targets", () => {
  expect(manyFolderName(["fire8/squeeze1x1:*", "conv1:0-3"])).toBe("fire8-squeeze1x1-all-and-conv1-0-3");
});
