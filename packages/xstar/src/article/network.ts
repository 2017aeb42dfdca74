import type { Runtime } from "@xstar/core";
import { formatConfidence, ninesOf, type Confusion } from "@xstar/results";
import type { TrainedNetwork } from "../train/trained-network.js";

/** A network that the article is done on: trained by xstar, or from a file. */
export interface ArticleNetwork {
  /** Where it was read from; null for one that xstar trained. */
  readonly file: string | null;
  /** Of its training; null where it was read from a file. */
  readonly seed: number | null;
  /** Threads of its training; null where it was read from a file. */
  readonly threads: number | null;
  /** ONNX: pictures [N, 1, 28, 28] with values 0..1 in, probabilities [N, 10] out. */
  readonly model: Uint8Array;
  readonly confusion: Confusion;
  /** That it took to train, or to read and test. */
  readonly seconds: number;
  readonly cached: boolean;
}

export function asTrained({ model, recipe, confusion, seconds, cached }: TrainedNetwork): ArticleNetwork {
  return { file: null, seed: recipe.seed, threads: recipe.threads, model, confusion, seconds, cached };
}

/** What tells a network from the others. */
export const nameOf = ({ file, seed }: Pick<ArticleNetwork, "file" | "seed">): string => file ?? `seed ${seed}`;

/** How sure a network is that a picture shows a class. */
export interface Confidence {
  /** The class with the highest probability. */
  readonly predicted: number;
  readonly confidence: number;
  /** 1 - confidence, without the loss of digits near 1. */
  readonly doubt: number;
  /** -log10(doubt); null when the doubt is 0 in float32. */
  readonly nines: number | null;
  /** The confidence with as many digits as it takes to tell it from 1. */
  readonly text: string;
}

/** Asks a saved network what it sees in pictures [1, 28, 28]; `classes` are the ones it should see. */
export type AskNetwork = (pictures: readonly Float32Array[], classes: readonly number[]) => Promise<Confidence[]>;

/** Opens an ONNX file on its own, without anything of xstar in between. */
export async function openNetwork(
  runtime: Runtime,
  model: Uint8Array,
  side: number,
): Promise<{ ask: AskNetwork; close(): Promise<void> }> {
  const session = await runtime.open(model);
  const [input, output] = [session.inputs[0]!.name, session.outputs[0]!.name];
  return {
    async ask(pictures, classes) {
      const size = side * side;
      const data = new Float32Array(pictures.length * size);
      pictures.forEach((picture, i) => data.set(picture, i * size));
      const feeds = { [input]: { dtype: "float32" as const, shape: [pictures.length, 1, side, side], data } };
      const probabilities = (await session.run(feeds))[output]!.data as Float32Array;
      const width = probabilities.length / pictures.length;
      return classes.map((digit, i) => confidenceOf(probabilities.subarray(i * width, (i + 1) * width), digit));
    },
    close: () => session.release(),
  };
}

function confidenceOf(probabilities: Float32Array, digit: number): Confidence {
  let doubt = 0;
  let predicted = 0;
  probabilities.forEach((p, i) => {
    if (i !== digit) doubt += p;
    if (p > probabilities[predicted]!) predicted = i;
  });
  return { predicted, confidence: probabilities[digit]!, doubt, nines: ninesOf(doubt), text: formatConfidence(doubt) };
}
