import { posix } from "node:path";
import { expect, test } from "vitest";
import { endingOf, nameOfFile } from "./paths.js";

test.each(["a/b.PNG", "b.tar.gz", ".hidden", "a.b/c", "/x/.onnx", "x.", "", "a/b.c/", "net.onnx"])(
  "the name and the ending of %j are those that Node finds",
  (path) => {
    expect(nameOfFile(path)).toBe(posix.basename(path));
    expect(endingOf(nameOfFile(path))).toBe(posix.extname(path).toLowerCase());
  },
);

test("paths of Windows have names too", () => {
  expect(nameOfFile("C:\\models\\net.onnx")).toBe("net.onnx");
  expect(endingOf("C:\\models.v2\\net")).toBe("");
});
