import type { DeclaredInput, Model } from "../onnx/model.js";
import type { Value } from "../ir/graph.js";
import type { InputKind } from "./input-kind.js";

/** Sizes for the axes of an input behind its batch, and why they are taken, to follow "Input "x" leaves its size free: ". */
export interface SizesToTry {
  readonly sizes: readonly number[];
  readonly why: string;
}

/** Lengths that networks of signals are usually made for. */
const usualLengths: readonly number[] = [1024, 16000, 512, 256, 128, 64, 2048, 4096, 8000, 32000, 64000];

/** Samples of sound where nobody says how many there are in a second: a second of what speech networks take. */
const usualSound = 16000;

const usualPlaces: readonly number[] = [16, 32, 64, 77, 128, 50, 197];

const usualFrames: readonly (readonly [frames: number, side: number])[] = [
  [16, 112],
  [16, 224],
  [8, 224],
  [32, 224],
  [64, 224],
];

/**
 * Sizes to try, one after the other, for an input that is no picture and leaves some free; none where nothing usual is known
 * (a list of numbers, features that nothing tells).
 */
export function sizesToTry(source: Model, input: DeclaredInput, holds: InputKind): SizesToTry[] {
  const { kind, rate, time } = holds;
  const rest = input.dims.slice(1);
  const fill = (axes: ReadonlyMap<number, number>, why: string): SizesToTry[] => {
    const sizes = rest.map((dim, i) => (typeof dim === "number" ? dim : axes.get(i + 1)));
    return sizes.includes(undefined) ? [] : [{ sizes: sizes as number[], why }];
  };
  if (kind === "audio" || kind === "series") {
    const others = rest.map((_, i) => [i + 1, channelsOf(source, input) ?? 1] as const);
    const along = (length: number, why: string) => fill(new Map([...others, [time!, length]]), why);
    const first = rate === undefined ? (kind === "audio" ? usualSound : usualLengths[0]!) : Math.round(rate);
    return [...new Set([first, ...usualLengths])].flatMap((length) => {
      const known = rate === undefined ? "" : `, one second of ${rate} samples a second`;
      const why = length === first ? known : ", the first usual length with which the model runs";
      return along(length, `${length} samples are taken${why}`);
    });
  }
  if (kind === "embedding")
    return usualPlaces.flatMap((places) => fill(new Map([[time!, places]]), `${places} places are taken`));
  if (kind === "video")
    return usualFrames.flatMap(([frames, side]) => {
      const last = rest.length;
      const sides = new Map([
        [holds.channels!, 3],
        [time!, frames],
        [last - 1, side],
        [last, side],
      ]);
      return fill(sides, `${frames} frames of ${side} x ${side} are taken`);
    });
  return [];
}

/** What the first convolution reads, where it reads the input itself. */
function channelsOf({ graph, inputs }: Model, input: DeclaredInput): number | undefined {
  const value: Value | undefined = graph.inputs[inputs.indexOf(input)];
  const reader = graph.nodes.find(({ opType, inputs: [x] }) => x === value && opType === "Conv");
  const perGroup = reader?.inputs[1]?.constant?.shape[1];
  return perGroup === undefined ? undefined : perGroup * reader!.int("group", 1);
}
