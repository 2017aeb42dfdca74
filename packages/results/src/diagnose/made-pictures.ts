import { maximize, tensor, type MaximizeOptions, type Shape, type Target } from "@xstar/core";
import { dataUri } from "../codecs/data-uri.js";
import { encodePng } from "../codecs/png.js";
import { planesOf } from "../image/drawing.js";
import { shrinkPlanes } from "../image/shrink.js";
import { validView } from "../image/view.js";
import type { CheckContext } from "./check.js";
import type { MadePicture } from "./finding.js";

/** Pictures that are made in one run, and steps that show what they are of. */
const [batch, steps] = [8, 96];
/** The longer side of a picture that is kept. */
const side = 96;

/** The picture that each target wants most, [channels, height, width]. */
export async function makePictures(
  { model, options, signal, onShare }: Pick<CheckContext, "model" | "options" | "signal" | "onShare">,
  targets: readonly Target[],
  settings: (from: number, to: number) => MaximizeOptions = () => ({}),
): Promise<Float32Array[]> {
  const made: Float32Array[] = [];
  for (let from = 0; from < targets.length; from += batch) {
    const some = targets.slice(from, from + batch);
    const wanted = { ...options, signal, steps, ...settings(from, from + some.length) };
    const run = maximize(model, some, wanted);
    const partOf = (index: number) => (index / (wanted.steps ?? steps)) * some.length;
    for await (const { index } of run) onShare?.((from + partOf(index)) / targets.length);
    const { picture } = await run;
    signal?.throwIfAborted();
    const each = picture.data.length / some.length;
    some.forEach((_, i) => made.push(picture.data.slice(i * each, (i + 1) * each)));
  }
  return made;
}

/** How many pictures are worth their time: of small ones more. */
export const fitting = ([, height, width]: Shape, ofSmall: number, ofLarge: number): number =>
  Math.max(height!, width!) <= 64 ? ofSmall : ofLarge;

/** A picture that was made, as it is kept with a finding. */
export function kept(picture: Float32Array, shape: Shape, caption: string): MadePicture {
  const { picture: drawn } = validView(shrinkPlanes(planesOf(tensor("float32", picture, shape)), side));
  return { caption, width: drawn.width, height: drawn.height, png: dataUri("image/png", encodePng(drawn)) };
}
