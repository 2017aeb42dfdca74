import { expect, test } from "vitest";
import { loadOrt } from "./runtime.js";

test("an ONNX Runtime that is not there is explained", () => {
  const load = () => {
    throw new Error("Cannot find module '../bin/onnxruntime_binding.node'\nRequire stack:\n- binding.js");
  };
  expect(() => loadOrt(load)).toThrow(
    expect.objectContaining({
      code: "runtime-failure",
      message: `ONNX Runtime cannot be loaded on ${process.platform} ${process.arch}: Cannot find module '../bin/onnxruntime_binding.node'`,
      hint: expect.stringContaining("ONNXRUNTIME_NODE_INSTALL=skip"),
    }),
  );
});

test("ONNX Runtime is the one of Node", () => {
  expect(loadOrt()).toHaveProperty("InferenceSession");
});
