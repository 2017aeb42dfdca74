/** Whether an output is right: beside ONNX Runtime's runs of the same file, and beside the same network in float64. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const python = process.env.XSTAR_PYTHON ? join(process.env.XSTAR_PYTHON, "bin", "python") : "python3";

/** The largest difference, relative to the largest value; shares that all but vanish are rounding alone. */
function distance(said, right) {
  if (said.length !== right.length) return Infinity;
  const largest = right.reduce((most, y) => Math.max(most, Math.abs(y)), 0);
  return said.reduce((most, y, i) => Math.max(most, Math.abs(y - right[i])), 0) / (1e-2 + largest);
}

/** The largest difference of a box to the nearest of the other set, each number relative to the largest of its kind. */
function distanceOfSets(said, right, width) {
  const rows = (list) => Array.from({ length: list.length / width }, (_, i) => list.slice(i * width, (i + 1) * width));
  const [own, others] = [rows(said), rows(right)];
  const scales = others[0].map((_, k) => 1e-2 + others.reduce((most, box) => Math.max(most, Math.abs(box[k])), 0));
  const between = (a, b) => a.reduce((most, x, k) => Math.max(most, Math.abs(x - b[k]) / scales[k]), 0);
  const farthest = (from, to) =>
    Math.max(...from.map((box) => to.reduce((least, other) => Math.min(least, between(box, other)), Infinity)));
  return Math.max(farthest(own, others), farthest(others, own));
}

/**
 * Within the tolerance of ONNX Runtime's run without optimizations, or of the network in float64; or no farther from that
 * than the farther of ONNX Runtime's own runs, with optimizations and without. Boxes of `boxWidth` numbers are compared as sets.
 *
 * @typedef {() => Promise<number[]>} Numbers
 * @param {{ said: number[], plain: number[], optimized: Numbers, exact: Numbers, tolerance: number, boxWidth?: number }} of
 */
export async function judgeForward({ said, plain, optimized, exact, tolerance, boxWidth }) {
  const from = (a, b) => (boxWidth ? distanceOfSets(a, b, boxWidth) : distance(a, b));
  const off = from(said, plain);
  if (off < tolerance) return { ok: true, off };
  const right = await exact();
  const rounding = { xstar: from(said, right), plain: from(plain, right), optimized: from(await optimized(), right) };
  const ok = rounding.xstar <= Math.max(tolerance, rounding.plain, rounding.optimized);
  return { ok, off, rounding, ...(!ok && { reason: `off by ${off.toExponential(1)}` }) };
}

/**
 * The output of a file in float64, which neither xstar nor ONNX Runtime computes.
 *
 * @param {{ file: string, feeds: Record<string, import("xstar").Tensor>, output: string, folder: string }} of
 */
export function exactOutput({ file, feeds, output, folder }) {
  const written = Object.entries(feeds).map(([name, { dtype, shape, data }], i) => {
    const own = join(folder, `exact-${i}.bin`);
    writeFileSync(own, /** @type {any} */ (data));
    return [name, { file: own, dtype, shape }];
  });
  const [list, result] = [join(folder, "exact.json"), join(folder, "exact.bin")];
  writeFileSync(list, JSON.stringify(Object.fromEntries(written)));
  const run = spawnSync(python, [join(here, "exact.py"), file, list, output, result], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`no output in float64: ${run.stderr.slice(-300)}`);
  return [...new Float64Array(Uint8Array.from(readFileSync(result)).buffer)];
}
