/** Imports one file and runs it, in a process of its own so that its memory can be told: node measure.js FILE REFERENCE */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readModel } from "@xstar/core";
import { importModel } from "@xstar/import";
import ort from "onnxruntime-node";

const [file, reference] = process.argv.slice(2);
const { shape, logits, float64 } = JSON.parse(readFileSync(reference, "utf8"));

/** The largest difference, relative to the largest number. */
function errorOf(found, expected) {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0) / largest;
}

const kilobytesBefore = process.resourceUsage().maxRSS;
const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
const { onnx, cuts } = await importModel({
  name: basename(file),
  list: async () => [basename(file)],
  read: async (name) => readFileSync(join(dirname(file), name)),
});
const { user, system } = process.cpuUsage(cpuBefore);
const seconds = (performance.now() - startedAt) / 1000;
const megabytes = (process.resourceUsage().maxRSS - kilobytesBefore) * 1.024e-3;

const picture = readFileSync(join(dirname(reference), "picture.bin"));
const session = await ort.InferenceSession.create(onnx);
const values = new Float32Array(picture.buffer, picture.byteOffset, picture.byteLength / 4);
const results = await session.run({ [session.inputNames[0]]: new ort.Tensor("float32", values, shape) });
const found = Array.from(/** @type {Float32Array} */ (results[session.outputNames[0]].data));
console.log(
  JSON.stringify({
    error: errorOf(found, logits),
    ...(float64 && { ours: errorOf(found, float64), theirs: errorOf(logits, float64) }),
    isTopEqual: found.indexOf(Math.max(...found)) === logits.indexOf(Math.max(...logits)),
    cuts: cuts.length,
    transposes: readModel(onnx).graph.nodes.filter(({ opType }) => opType === "Transpose").length,
    seconds,
    cpu: (user + system) / 1e6,
    megabytes,
  }),
);
