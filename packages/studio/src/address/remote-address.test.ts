import { expect, test } from "vitest";
import { plainAddress } from "./remote-address.js";

test("pages that show a file are the file itself", () => {
  const plain = (text: string) => plainAddress(text).href;
  expect(plain("https://github.com/onnx/models/blob/main/a/b.onnx")).toBe(
    "https://raw.githubusercontent.com/onnx/models/main/a/b.onnx",
  );
  expect(plain("https://huggingface.co/o/m/blob/main/onnx/model.onnx")).toBe(
    "https://huggingface.co/o/m/resolve/main/onnx/model.onnx",
  );
  expect(plain(" https://example.org/blob/model.onnx?x=1 ")).toBe("https://example.org/blob/model.onnx?x=1");
});

test("what is no address is said to be none", () => {
  for (const text of ["model.onnx", "", "file:///etc/passwd", "javascript:alert(1)"])
    expect(() => plainAddress(text), text).toThrow(/is no address of a file/);
});
