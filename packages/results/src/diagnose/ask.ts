import { probe, size, type LoadedModel, type ProbeOptions, type Shape, type Tensor } from "@xstar/core";

/** Asks a network about pictures, many at once. Release it when done. */
export interface Asker {
  /** Of one picture, [channels, height, width]. */
  readonly shape: Shape;
  /** The class scores before the softmax of each. */
  ask(pictures: readonly ArrayLike<number>[]): Promise<Float32Array[]>;
  release(): Promise<void>;
}

/** Bytes of pictures in one run. */
const memory = 16 * 2 ** 20;

/** How many pictures of a shape go through a network at once. */
export const batchFor = (shape: Shape): number => Math.max(1, Math.min(64, Math.floor(memory / (4 * size(shape)))));

/** Opens a model for asking. Throws as `probe` does. */
export async function openAsker(model: LoadedModel, options: ProbeOptions, batch: number): Promise<Asker> {
  const opened = await probe(model, { ...options, batch }, ({ logits }) => ({ logits: logits() }));
  const [perRun] = opened.shape as [number];
  const one = opened.shape.slice(1);
  return {
    shape: one,
    async ask(pictures) {
      const answers: Float32Array[] = [];
      for (let from = 0; from < pictures.length; from += perRun) {
        const some = pictures.slice(from, from + perRun);
        const { logits } = await opened.run(stacked(some, opened.shape));
        answers.push(...rowsOf(logits!).slice(0, some.length));
      }
      return answers;
    },
    release: () => opened.release(),
  };
}

/** Pictures as one batch, black where there is none. */
export function stacked(pictures: readonly ArrayLike<number>[], shape: Shape): Tensor {
  const data = new Float32Array(size(shape));
  pictures.forEach((picture, i) => data.set(picture, i * picture.length));
  return { dtype: "float32", shape, data };
}

/** The rows of [n, ...], in memory of their own. */
export function rowsOf({ shape, data }: Tensor): Float32Array[] {
  const each = size(shape.slice(1));
  return Array.from({ length: shape[0]! }, (_, i) => (data as Float32Array).slice(i * each, (i + 1) * each));
}

/** The index of the first largest number. */
export function largestOf(row: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

/** The share of pictures of which the network says the class. */
export function accuracyOf(answers: readonly ArrayLike<number>[], labels: ArrayLike<number>): number {
  return answers.reduce((sum, row, i) => sum + Number(largestOf(row) === labels[i]), 0) / answers.length;
}
