/**
 * Runs the cases of all rules on WebGPU, and writes which of them need the processor beside it: npm run webgpu-cases [-- OPERATOR,...]
 * Without a graphics processor Debian's Chromium has a driver in software.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ort from "onnxruntime-node";
import { fromOrt } from "../packages/core/dist/index.js";
import { cases } from "../packages/core/dist/law/cases.js";
import { compareOn } from "../packages/core/dist/law/gradient-check.js";
import { knownFailures } from "../packages/core/dist/law/known-failures.js";
import { tolerance, watchful } from "../packages/core/dist/law/on-webgpu.js";
import { webgpuInPart } from "../packages/core/dist/law/webgpu-in-part.js";
import { loadSwiftShader } from "./swiftshader.js";

loadSwiftShader();
const only = process.argv[2]?.split(",");
const cpu = fromOrt(ort);
const device = watchful(ort);
/** @type {Record<string, number[]>} */
const inPart = {};
for (const [name, rows] of Object.entries(cases)) {
  if (only && !only.includes(name)) {
    if (webgpuInPart[name]) inPart[name] = [...webgpuInPart[name]];
    continue;
  }
  for (const [i, row] of rows.entries()) {
    device.reset();
    const error = await compareOn(device, name, row, cpu, i + 1).catch((reason) => reason);
    const isRight = error < tolerance;
    const known = knownFailures[name]?.[i];
    if (isRight && known) console.log(`${name} ${i} passes now, and is still in law/known-failures.ts`);
    if (!isRight && !known) console.log(`${name} ${i}: ${error.message ?? error}`);
    if (isRight && !device.isAlone) (inPart[name] ??= []).push(i);
  }
}
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, "packages/core/src/law/webgpu-in-part.ts");
const text = `/** The cases of which ONNX Runtime's WebGPU leaves a part to the processor. Written by \`npm run webgpu-cases\`: do not edit. */
export const webgpuInPart: Readonly<Record<string, readonly number[]>> = ${JSON.stringify(inPart)};
`;
writeFileSync(file, text);
spawnSync("npx", ["oxfmt", file], { cwd: root, shell: process.platform === "win32" });
console.log(`${file} written`);
// a device that is closed by the end of the process does not hold it up
process.exit(0);
