import { extname, join } from "node:path";
import { XstarError, type InputKind, type Shape } from "@xstar/core";
import type { SignalSource } from "@xstar/results";
import { readSound } from "@xstar/runs";
import { filesIn } from "../files/folder.js";
import { readFileOrExplain } from "../files/read.js";

/** What a model takes: its shape without the batch, and what it holds. */
export interface SignalForm {
  readonly shape: Shape;
  readonly holds: InputKind;
}

/**
 * The sounds in a folder and the folders in it (.wav), by name, each at the model's rate where that is known, and cut or followed by
 * silence to its length. Throws `file-not-readable` where there are none.
 *
 * @example
 * const words = await openSounds("words", { shape: [1, 16000], holds: { kind: "audio", time: 2, rate: 16000 } });
 * words.names.length; // how many there are
 */
export async function openSounds(where: string, { shape, holds }: SignalForm): Promise<SignalSource> {
  const names = (await filesIn(where)).filter((name) => extname(name).toLowerCase() === ".wav");
  if (names.length === 0)
    throw new XstarError("file-not-readable", `There is no sound in "${where}"`, {
      hint: "The model takes signals: give a folder with .wav files in it or in its folders",
    });
  return {
    names,
    holds,
    async read(i) {
      const files = { read: readFileOrExplain };
      const { values } = await readSound(join(where, names[i]!), { shape, holds, files });
      return { dtype: "float32", shape, data: values };
    },
  };
}
