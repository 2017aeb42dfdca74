import { test } from "vitest";
import { join } from "node:path";
import { importModel } from "./import-model.js";
import { filesAt, inputsOf, run, largestError } from "./testing/run.js";
import { readFileSync } from "node:fs";
import { tensor, numbers, readModel, print } from "@xstar/core";
const shared = "/work/shared/import-models";
for (const [folder, file] of [["lenet-savedmodel","frozen_model.pb"],["lenet-tfjs-graph","tfjs-graph/model.json"],["basic-pitch","tfjs-graph/model.json"]] as const)
test(folder+" "+file, async () => {
  const ref = JSON.parse(readFileSync(join(shared, folder, "reference.json"), "utf8"));
  const path = join(shared, folder, file);
  const m = await importModel(filesAt(path));
  const [i] = ref.inputs; const n = i.shape.reduce((a:number,b:number)=>a*b,1);
  const x = Float32Array.from({length:n},(_,k)=>i.lo+(i.hi-i.lo)*(0.5+0.5*Math.sin(0.37*k+0.11)));
  const ins = inputsOf(m.onnx);
  const out = await run(m.onnx, { [ins[0]!.name]: tensor("float32", x, i.shape) });
  const entry = ref.files[file] ?? ref.files["mnist.h5"];
  const exp = entry.outputs.at(-1);
  const g = readModel(m.onnx).graph;
  console.log(folder, file, m.producer, m.cuts, m.notes, Object.keys(out), ins, "error", largestError(numbers(Object.values(out).at(-1)!), exp.values), "transposes", g.nodes.filter(n=>n.opType==="Transpose").length);
  if (folder!=="lenet-keras" && folder !=="basic-pitchx") console.log(print(g));
});
