import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { filledPicture, readXmp } from "@xstar/results";
import { encodeAnimation } from "./animation.js";

const frames = [0, 60, 60, 200].map((gray) => filledPicture(6, 4, [gray, 0, 255 - gray]));

describe.each(["gif", "webp"] as const)("an animated %s", (format) => {
  test("has all frames and holds the first and the last", async () => {
    const bytes = await encodeAnimation(frames, { format, frameMs: 100 });
    const { format: found, width, pageHeight, loop, delay } = await sharp(bytes, { animated: true }).metadata();
    expect({ found, width, pageHeight, loop }).toEqual({ found: format, width: 6, pageHeight: 4, loop: 0 });
    expect(delay!.reduce((sum, ms) => sum + ms)).toBe(2200);
    expect([delay![0], delay!.at(-1)]).toEqual([500, 1500]);
  });

  test("shows the colours of its frames", async () => {
    const bytes = await encodeAnimation(frames, { format });
    const all = await sharp(bytes, { animated: true }).removeAlpha().raw().toBuffer();
    expect([...all.subarray(0, 3)]).toEqual([0, 0, 255]);
    expect([...all.subarray(-3)]).toEqual([200, 0, 55]);
  });

  test("is the same bytes for the same frames", async () => {
    const noisy = frames.map((frame, i) => ({
      ...frame,
      data: frame.data.map((v, at) => v + ((at * 31 * (i + 1)) % 17)),
    }));
    expect(await encodeAnimation(noisy, { format })).toEqual(await encodeAnimation(noisy, { format }));
  });

  test("of one frame is held as the last", async () => {
    const bytes = await encodeAnimation(frames.slice(0, 1), { format });
    expect((await sharp(bytes).metadata()).width).toBe(6);
  });
});

test("frames of different sizes, and none, are refused", async () => {
  await expect(encodeAnimation([], { format: "gif" })).rejects.toMatchObject({ code: "bad-argument" });
  await expect(encodeAnimation([frames[0]!, filledPicture(1, 1, [0, 0, 0])], { format: "gif" })).rejects.toThrow(
    "Frame 1 of the animation is 1x1, but the first is 6x4",
  );
});

test("a WebP carries a text with it, whatever is in it", async () => {
  const text = '{"target": "a < b && c > d", "name": "façade &lt; 1 − 2"}';
  expect(await readXmp(await encodeAnimation(frames, { format: "webp", text }))).toBe(text);
  expect(await readXmp(await encodeAnimation(frames, { format: "webp" }))).toBe(undefined);
  expect(await readXmp(Uint8Array.of(1, 2, 3))).toBe(undefined);
});

test("a WebP that cannot be so long is refused before anything is drawn", async () => {
  const long = filledPicture(20_000, 1, [0, 0, 0]);
  await expect(encodeAnimation([long], { format: "webp" })).rejects.toMatchObject({ code: "bad-argument" });
  expect((await encodeAnimation([long], { format: "gif" })).length).toBeGreaterThan(0);
});
