import { test } from "vitest";
import { importModel } from "./import-model.js";
import { filesAt } from "./testing/run.js";
import { readModel, print } from "@xstar/core";
import { writeFileSync } from "node:fs";
test("x", async () => {
  const m = await importModel(filesAt(process.env.M!));
  writeFileSync("/tmp/x.onnx", m.onnx);
  writeFileSync("/tmp/x.txt", print(readModel(m.onnx).graph) + JSON.stringify(m.cuts) + m.notes);
});
