import { maximize } from "xstar";

/**
 * The picture of each target, all found at once, with what `watch` asks for, measured on it without transforms.
 *
 * Pictures begin at stream 0 of seed 0 unless `options` say otherwise, so that each is the one that `xstar maximize` makes of
 * its target alone.
 *
 * @param {import("xstar").LoadedModel} model
 * @param {readonly string[]} targets
 * @param {import("xstar").MaximizeOptions} options
 */
export async function findPictures(model, targets, options) {
  const { images, steps, watch, redirected } = await maximize(model, targets, { seed: 0, streams: [0], ...options });
  return images.map((image, i) => ({
    picture: image.toRgba(),
    redirected: redirected[i],
    watched: Object.fromEntries(Object.entries(watch).map(([name, curve]) => [name, curve[steps[i]][i]])),
  }));
}
