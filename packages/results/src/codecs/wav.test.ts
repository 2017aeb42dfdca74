import { describe, expect, test } from "vitest";
import { decodeWav, encodeWav, resampled } from "./wav.js";

const letters = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));
const little = (value: number, bytes: number) => Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 255);

/** A WAV file as other programs write it: a chunk of another kind first, of an odd length. */
function wav({
  tag = 1,
  bits,
  count = 1,
  data,
  extra = [],
}: {
  tag?: number;
  bits: number;
  count?: number;
  data: readonly number[];
  extra?: readonly number[];
}): Uint8Array {
  const format = [
    ...little(tag, 2),
    ...little(count, 2),
    ...little(8000, 4),
    ...little(0, 4),
    ...little(0, 2),
    ...little(bits, 2),
    ...extra,
  ];
  const chunks = [
    ...letters("LIST"),
    ...little(3, 4),
    1,
    2,
    3,
    0,
    ...letters("fmt "),
    ...little(format.length, 4),
    ...format,
    ...letters("data"),
    ...little(data.length, 4),
    ...data,
  ];
  return Uint8Array.from([...letters("RIFF"), ...little(4 + chunks.length, 4), ...letters("WAVE"), ...chunks]);
}

const samplesOf = (bytes: Uint8Array) => decodeWav(bytes).channels.map((channel) => [...channel]);

describe("WAV files", () => {
  test("hold numbers as they are, beyond 1 too, and the rate", () => {
    const sound = { rate: 16000, channels: [Float32Array.of(0, 0.1, -2.5), Float32Array.of(1, -1, 3)] };
    expect(decodeWav(encodeWav(sound))).toEqual(sound);
    const shifted = Uint8Array.from([9, ...encodeWav(sound), 9]).subarray(1, -1);
    expect(decodeWav(shifted)).toEqual(sound);
  });

  test.each([
    ["8 bits", wav({ bits: 8, data: [128, 0, 192] }), [0, -1, 0.5]],
    ["16 bits", wav({ bits: 16, data: [...little(0, 2), ...little(-32768, 2), ...little(16384, 2)] }), [0, -1, 0.5]],
    [
      "24 bits",
      wav({ bits: 24, data: [...little(0, 3), ...little(-(2 ** 23), 3), ...little(2 ** 22, 3)] }),
      [0, -1, 0.5],
    ],
    [
      "32 bits",
      wav({ bits: 32, data: [...little(0, 4), ...little(-(2 ** 31), 4), ...little(2 ** 30, 4)] }),
      [0, -1, 0.5],
    ],
    ["floats", wav({ tag: 3, bits: 32, data: [...new Uint8Array(Float32Array.of(0, -1, 0.5).buffer)] }), [0, -1, 0.5]],
    [
      "floats of 64 bits",
      wav({ tag: 3, bits: 64, data: [...new Uint8Array(Float64Array.of(0, -1, 0.5).buffer)] }),
      [0, -1, 0.5],
    ],
    [
      "the extensible form",
      wav({
        tag: 0xfffe,
        bits: 16,
        extra: [...little(22, 2), ...little(16, 2), ...little(0, 4), ...little(1, 2), ...little(0, 14)],
        data: little(16384, 2),
      }),
      [0.5],
    ],
  ])("of %s are read", (_, bytes, expected) => {
    expect(samplesOf(bytes)).toEqual([expected]);
    expect(decodeWav(bytes).rate).toBe(8000);
  });

  test("of several channels are taken apart, and what is cut off is left out", () => {
    const bytes = wav({ bits: 8, count: 2, data: [128, 192, 0, 128, 255, 1] });
    expect(samplesOf(bytes)).toEqual([
      [0, -1, 127 / 128],
      [0.5, 0, -127 / 128],
    ]);
    expect(samplesOf(bytes.subarray(0, -1))).toEqual([
      [0, -1],
      [0.5, 0],
    ]);
  });

  test.each([
    [Uint8Array.from(letters("RIFX0000WAVE")), "is no WAV file"],
    [wav({ tag: 2, bits: 4, data: [1] }), "format 2 with 4 bits"],
    [wav({ bits: 16, count: 0, data: [1] }), "has a damaged header"],
    [encodeWav({ rate: 8000, channels: [Float32Array.of(1)] }).subarray(0, 40), "has no sound in it"],
    [new Uint8Array(), "is no WAV file"],
  ])("that are damaged are refused (%#)", (bytes, problem) => {
    expect(() => decodeWav(bytes, '"a.wav"')).toThrow(
      expect.objectContaining({ code: "bad-data", message: expect.stringMatching(`^"a.wav".*${problem}`) }),
    );
  });

  test("at another rate keep their length in seconds and their slow tones", () => {
    const tone = (rate: number) =>
      Float32Array.from({ length: rate }, (_, i) => Math.sin((2 * Math.PI * 5 * (i + 0.5)) / rate));
    for (const [from, to] of [
      [400, 100],
      [100, 400],
      [300, 200],
      [100, 100],
    ] as const) {
      const { rate, channels } = resampled({ rate: from, channels: [tone(from)] }, to);
      expect(rate).toBe(to);
      expect(channels[0]).toHaveLength(to);
      const wanted = tone(to);
      const inside = Array.from(channels[0]!).slice(4, -4);
      inside.forEach((x, i) => expect(Math.abs(x - wanted[i + 4]!)).toBeLessThan(0.06));
    }
  });
});
