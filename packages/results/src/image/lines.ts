import { planesOfInput, size, type InputKind, type Shape, type Tensor } from "@xstar/core";

/** The channels of a signal [...], one line of numbers each. */
export function linesOf({ shape, data }: Tensor, holds: InputKind): Float32Array[] {
  const whole: Tensor = { dtype: "float32", shape: [1, ...shape], data: data as Float32Array };
  const planes = planesOfInput(whole.shape, holds);
  const laid = planes ? planes.layTensor(whole) : whole;
  const length = planes?.isLine ? planes.shape[3]! : size(shape);
  const all = laid.data as Float32Array;
  return Array.from({ length: all.length / length }, (_, i) => all.subarray(i * length, (i + 1) * length));
}

/** Least and greatest number of each of so many equal parts of a line. */
export interface Envelope {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** A line in at most `columns` parts, so that no peak of a long one is lost. */
export function envelopeOf(line: ArrayLike<number>, columns: number): Envelope {
  const count = Math.min(columns, line.length);
  const low = new Float32Array(count);
  const high = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const [from, until] = [Math.floor((i * line.length) / count), Math.floor(((i + 1) * line.length) / count)];
    let [least, most] = [line[from]!, line[from]!];
    for (let at = from + 1; at < until; at++) {
      least = Math.min(least, line[at]!);
      most = Math.max(most, line[at]!);
    }
    low[i] = least;
    high[i] = most;
  }
  return { low, high };
}

/** The numbers as rows and columns: places by features of vectors, channels by samples of a signal, one row of a list. */
export function gridOf(
  picture: Tensor,
  { kind, time }: InputKind,
): { readonly shape: Shape; readonly data: Float32Array } {
  const { shape } = picture;
  const data = picture.data as Float32Array;
  if (kind !== "embedding") return { shape: [1, size(shape)], data };
  const places = shape[(time ?? 1) - 1] ?? 1;
  const features = size(shape) / places;
  const turned =
    time === 2 ? Float32Array.from(data, (_, i) => data[(i % features) * places + Math.floor(i / features)]!) : data;
  return { shape: [places, features], data: turned };
}

/** Frames of a video, each [channels, height, width]. */
export function framesOf({ shape, data }: Tensor, { time = 2 }: InputKind): Tensor<"float32">[] {
  const [height, width] = shape.slice(-2) as [number, number];
  const isFirst = time === 1;
  const [frames, channels] = isFirst ? [shape[0]!, shape[1]!] : [shape[1]!, shape[0]!];
  const plane = height * width;
  const all = data as Float32Array;
  return Array.from({ length: frames }, (_, t) => {
    const frame = new Float32Array(channels * plane);
    for (let c = 0; c < channels; c++) {
      const at = (isFirst ? t * channels + c : c * frames + t) * plane;
      frame.set(all.subarray(at, at + plane), c * plane);
    }
    return { dtype: "float32", shape: [channels, height, width], data: frame };
  });
}
