import { expect, test } from "vitest";
import { drawSpectrogram, quietest, spectrogramOf } from "./spectrogram.js";

test("a spectrogram tells which tone sounds when", () => {
  const rate = 8000;
  const tone = (i: number) => Math.sin((2 * Math.PI * (i < 4000 ? 500 : 2000) * i) / rate);
  const found = spectrogramOf(
    Float32Array.from({ length: 8000 }, (_, i) => tone(i)),
    rate,
  )!;
  const { levels, times, frequencies, highest, duration } = found;
  expect([highest, duration]).toEqual([4000, 1]);
  const strongestAt = (share: number) => {
    const t = Math.round(share * (times - 1));
    const column = Array.from({ length: frequencies }, (_, k) => levels[k * times + t]!);
    return (column.indexOf(Math.max(...column)) * highest) / (frequencies - 1);
  };
  expect(Math.abs(strongestAt(0.2) - 500)).toBeLessThan(40);
  expect(Math.abs(strongestAt(0.8) - 2000)).toBeLessThan(40);
  expect(Math.max(...levels)).toBeCloseTo(0, 4);
  expect(Math.min(...levels)).toBe(quietest);
  const { width, height, data } = drawSpectrogram(found);
  expect([width % times, height % frequencies]).toEqual([0, 0]);
  expect(data).toHaveLength(4 * width * height);
});

test("of a short signal it is wide enough to be looked at", () => {
  const found = spectrogramOf(new Float32Array(576), 16000)!;
  expect(found.times).toBeLessThan(10);
  const { width, height, data } = drawSpectrogram(found);
  expect(width).toBeGreaterThan(300);
  expect(data).toHaveLength(4 * width * height);
});

test("silence has no tones, and a few samples no spectrogram", () => {
  expect([...new Set(spectrogramOf(new Float32Array(64), 100)!.levels)]).toEqual([quietest]);
  expect(spectrogramOf(new Float32Array(15), 100)).toBeUndefined();
});
