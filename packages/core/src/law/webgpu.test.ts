import ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { hasSwiftShader, loadSwiftShader } from "../../../../scripts/swiftshader.js";
import { fromOrt } from "../runtime/from-ort.js";
import { cases } from "./cases.js";
import { compareOn } from "./gradient-check.js";
import { knownFailures } from "./known-failures.js";
import { tolerance, watchful } from "./on-webgpu.js";
import { webgpuInPart } from "./webgpu-in-part.js";

loadSwiftShader();
const cpu = fromOrt(ort);
const device = watchful(ort);

it("knows failures of cases that there are", () => {
  const lost = Object.entries(knownFailures).flatMap(([name, rows]) =>
    Object.keys(rows).filter((i) => !cases[name]?.[Number(i)]),
  );
  expect(lost).toEqual([]);
});

describe.skipIf(!hasSwiftShader)("on WebGPU (skips without Debian's Chromium)", () => {
  describe.each(Object.entries(cases))("%s", (name, rows) => {
    it.each(rows.map((row, i) => ({ row, i })))("is what it is on the processor, case $i", async ({ row, i }) => {
      device.reset();
      const error = await compareOn(device, name, row, cpu, i + 1).catch(String);
      if (knownFailures[name]?.[i]) {
        expect(Number(error) < tolerance, "it passes now: known-failures.ts becomes shorter").toBe(false);
        return;
      }
      expect(error).toBeLessThan(tolerance);
      const isAlone = !webgpuInPart[name]?.includes(i);
      expect(device.isAlone, "another part runs there now: npm run webgpu-cases").toBe(isAlone);
    });
  });
});
