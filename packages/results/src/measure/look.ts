import { size, type Probe, type Tensor } from "@xstar/core";
import type { ExampleSource } from "./source.js";

/** What was seen of a picture: the probe's values without their batch axis, or why the picture could not be read. */
export type Sight =
  | { readonly index: number; readonly values: Readonly<Record<string, Tensor>> }
  | { readonly index: number; readonly error: unknown };

/** Shows a probe the pictures in order from `first` on, a batch at a time; the next batch is read while one is looked at. */
export async function* lookAt(probe: Probe, source: ExampleSource, first = 0): AsyncGenerator<Sight, void> {
  const [batch, channels, height, width] = probe.shape as [number, number, number, number];
  const form = { channels: channels as 1 | 3, height, width };
  const read = (from: number) =>
    Promise.all(source.names.slice(from, from + batch).map((_, i) => attempt(() => source.read(from + i, form))));
  let next = read(first);
  for (let from = first; from < source.names.length; from += batch) {
    const pictures = await next;
    next = read(from + batch);
    const values = pictures.some((one) => "tensor" in one) ? await probe.run(stack(pictures, probe.shape)) : {};
    yield* pictures.map((one, i) =>
      "tensor" in one ? { index: from + i, values: partOf(values, i) } : { index: from + i, error: one.error },
    );
  }
}

type Attempt = { readonly tensor: Tensor } | { readonly error: unknown };

async function attempt(work: () => Promise<Tensor>): Promise<Attempt> {
  try {
    return { tensor: await work() };
  } catch (error) {
    return { error };
  }
}

/** A batch, black where there is no picture. */
function stack(pictures: readonly Attempt[], shape: readonly number[]): Tensor {
  const data = new Float32Array(size(shape));
  const one = size(shape.slice(1));
  pictures.forEach((picture, i) => {
    if ("tensor" in picture) data.set(picture.tensor.data as Float32Array, i * one);
  });
  return { dtype: "float32", shape, data };
}

function partOf(values: Readonly<Record<string, Tensor>>, i: number): Record<string, Tensor> {
  const parts = Object.entries(values).map(([name, { dtype, shape, data }]): [string, Tensor] => {
    const rest = shape.slice(1);
    return [name, { dtype, shape: rest, data: (data as Float32Array).slice(i * size(rest), (i + 1) * size(rest)) }];
  });
  return Object.fromEntries(parts);
}
