import { spawnSync } from "node:child_process";
import { createOps, Graph, tensor, writeModel } from "@xstar/core";
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

test("ONNX Runtime is quiet where it would warn", () => {
  const graph = new Graph("warns");
  const op = createOps(graph);
  const x = graph.input("x", { dtype: "float32", shape: [1, 1, 4, 4] });
  const attributes = { mode: "nearest", coordinate_transformation_mode: "tf_half_pixel_for_nn" };
  const scales = op.constant(tensor("float32", [1, 1, 2, 2]));
  const [y] = op.emit("Resize", [x, undefined, scales], [{ dtype: "float32", shape: [1, 1, 8, 8] }], attributes);
  graph.output(y!);
  const model = Buffer.from(writeModel(graph, { opsets: new Map([["", 19]]) })).toString("base64");
  const program = `
    import { nodeRuntime } from ${JSON.stringify(import.meta.resolve("xstar"))};
    await (await nodeRuntime().open(Buffer.from("${model}", "base64"))).release();
    console.log("opened");`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).toBe("opened\n");
});
