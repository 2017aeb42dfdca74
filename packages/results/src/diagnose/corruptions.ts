import { createRng, resizeImage, type Shape } from "@xstar/core";
import { formatPercent } from "../pages/format.js";
import { accuracyOf } from "./ask.js";
import type { Check } from "./check.js";

type Corrupt = (picture: Float32Array, shape: Shape, strength: number, index: number) => Float32Array;

const clip = (x: number) => Math.min(1, Math.max(0, x));

/** What a camera or a copy does to pictures, in five strengths. */
export const corruptions: Readonly<Record<string, Corrupt>> = {
  noise(picture, _, strength, index) {
    const noise = createRng(index)
      .split("noise")
      .normals(picture.length, 0, 0.06 * strength);
    return picture.map((x, i) => clip(x + noise[i]!));
  },
  blur(picture, shape, strength) {
    const [, height, width] = shape as [number, number, number];
    const by = 1 + 0.5 * strength;
    const small = resizeImage(
      { dtype: "float32", shape, data: picture },
      Math.max(1, Math.round(height / by)),
      Math.max(1, Math.round(width / by)),
    );
    return resizeImage(small, height, width).data as Float32Array;
  },
  contrast(picture, _, strength) {
    const mean = picture.reduce((a, b) => a + b, 0) / picture.length;
    return picture.map((x) => mean + (x - mean) * (1 - 0.17 * strength));
  },
  shift: (picture, shape, strength) =>
    moved(picture, shape, (y, x) => [y + 0.03 * strength * shape[1]!, x + 0.03 * strength * shape[2]!]),
  rotation(picture, shape, strength) {
    const angle = (strength * 8 * Math.PI) / 180;
    const [cy, cx] = [(shape[1]! - 1) / 2, (shape[2]! - 1) / 2];
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    return moved(picture, shape, (y, x) => [cy + c * (y - cy) - s * (x - cx), cx + s * (y - cy) + c * (x - cx)]);
  },
  blocks: (picture, shape, strength) => inBlocks(picture, shape, strength),
};

/** Every pixel from where `from` says, bilinear; outside lies the nearest one. */
function moved(
  picture: Float32Array,
  [channels, height, width]: Shape,
  from: (y: number, x: number) => readonly [number, number],
) {
  const [h, w] = [height!, width!];
  const result = new Float32Array(picture.length);
  for (let at = 0; at < h * w; at++) {
    const [v, u] = from(Math.floor(at / w), at % w);
    const [y, x] = [Math.min(h - 1, Math.max(0, v)), Math.min(w - 1, Math.max(0, u))];
    const [top, left] = [Math.min(Math.floor(y), h - 2), Math.min(Math.floor(x), w - 2)];
    const [t, s] = [y - top, x - left];
    for (let c = 0; c < channels!; c++) {
      const base = c * h * w + top * w + left;
      const [a, b, d, e] = [picture[base]!, picture[base + 1]!, picture[base + w]!, picture[base + w + 1]!];
      result[c * h * w + at] = (a * (1 - s) + b * s) * (1 - t) + (d * (1 - s) + e * s) * t;
    }
  }
  return result;
}

const block = 8;
const cosines = Array.from({ length: block }, (_, k) =>
  Array.from(
    { length: block },
    (_x, i) => Math.sqrt((k === 0 ? 1 : 2) / block) * Math.cos((Math.PI * (i + 0.5) * k) / block),
  ),
);

/** What saving as JPEG does: the coarser the steps of the high frequencies of blocks of 8 x 8 pixels, the stronger. */
function inBlocks(picture: Float32Array, [channels, height, width]: Shape, strength: number): Float32Array {
  const result = Float32Array.from(picture);
  const transform = (values: readonly number[], isBack: boolean) =>
    Array.from({ length: block }, (_, k) =>
      values.reduce((sum, x, i) => sum + x * (isBack ? cosines[i]![k]! : cosines[k]![i]!), 0),
    );
  const both = (rows: number[][], isBack: boolean): number[][] => {
    const across = rows.map((row) => transform(row, isBack));
    const down = Array.from({ length: block }, (_, c) =>
      transform(
        across.map((row) => row[c]!),
        isBack,
      ),
    );
    return Array.from({ length: block }, (_, r) => down.map((column) => column[r]!));
  };
  for (let c = 0; c < channels!; c++) {
    for (let top = 0; top + block <= height!; top += block) {
      for (let left = 0; left + block <= width!; left += block) {
        const at = (y: number, x: number) => (c * height! + top + y) * width! + left + x;
        const rows = Array.from({ length: block }, (_, y) =>
          Array.from({ length: block }, (_x, x) => picture[at(y, x)]!),
        );
        const coarse = both(rows, false).map((row, y) =>
          row.map((value, x) => {
            const step = 0.02 * strength * (1 + y + x);
            return Math.round(value / step) * step;
          }),
        );
        both(coarse, true).forEach((row, y) => row.forEach((value, x) => (result[at(y, x)] = clip(value))));
      }
    }
  }
  return result;
}

const strengths = [1, 2, 3, 4, 5];
const most = 200;

/** How fast the network gets worse when pictures do. */
export const robustness: Check = {
  name: "robustness",
  needsLabels: true,
  async find({ observed, asker }) {
    const sample = observed.sample.filter((_, i) => i % Math.ceil(observed.sample.length / most) === 0);
    if (sample.length < 20) return [];
    const labels = sample.map(({ label }) => label);
    const whole = accuracyOf(await asker.ask(sample.map(({ picture }) => picture)), labels);
    const series: { name: string; points: [number, number][] }[] = [];
    for (const [name, corrupt] of Object.entries(corruptions)) {
      const points: [number, number][] = [[0, 100 * whole]];
      for (const strength of strengths) {
        const changed = sample.map(({ picture }, i) => corrupt(picture, observed.shape, strength, i));
        points.push([strength, 100 * accuracyOf(await asker.ask(changed), labels)]);
      }
      series.push({ name, points });
    }
    const middle = series
      .map(({ name, points }) => ({ name, accuracy: points[3]![1] / 100 }))
      .toSorted((a, b) => a.accuracy - b.accuracy);
    const [worst] = middle as [(typeof middle)[number]];
    return [
      {
        check: "robustness",
        severity: "note",
        title: `Of what happens to pictures, ${worst.name} harms it most: ${formatPercent(worst.accuracy)} right at the middle strength, ${formatPercent(whole)} without`,
        detail: `${sample.length} pictures were changed in five strengths each: noise, blur, less contrast, shift, rotation, and the blocks that JPEG leaves.`,
        advice: `Where such pictures are to be expected, train with ${worst.name}`,
        numbers: { whole, ...Object.fromEntries(middle.map(({ name, accuracy }) => [name, accuracy])) },
        curve: { title: "Right, by how strong the change is", xLabel: "strength", yLabel: "right, %", series },
      },
    ];
  },
};

/** Whether the answer to a picture depends on what else is in its batch: batch normalization left in training mode. */
export const batches: Check = {
  name: "batches",
  needsLabels: false,
  async find({ observed, asker }) {
    const [first, ...others] = observed.sample.map(({ picture }) => picture);
    if (!first || others.length < 3) return [];
    const [alone] = await asker.ask([first]);
    const [beside] = await asker.ask([first, ...others.slice(0, 31)]);
    const largest = Math.max(...alone!.map(Math.abs), 1e-6);
    const change = Math.max(...alone!.map((x, i) => Math.abs(x - beside![i]!))) / largest;
    if (change < 1e-3) return [];
    return [
      {
        check: "batches",
        severity: "serious",
        title: "The answer to a picture depends on which others are shown with it",
        detail: `The scores of one picture changed by ${formatPercent(change)} when others were in its batch: batch normalization was left in training mode when the model was written.`,
        advice: "Write the model again in evaluation mode (model.eval() in PyTorch)",
        numbers: { change },
      },
    ];
  },
};
