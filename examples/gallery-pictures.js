import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawNumber, encodePng, filledPicture, paste, surround, validView } from "xstar";
import { out } from "./gallery-settings.js";

/** A picture with a number below. */
export function numbered(picture, number) {
  const label = drawNumber(number, { scale: 2, paper: surround });
  const gap = 4;
  const whole = filledPicture(picture.width, picture.height + gap + label.height, surround);
  paste(picture, whole, 0, 0);
  paste(label, whole, Math.floor((picture.width - label.width) / 2), picture.height + gap);
  return whole;
}

/** Writes a picture of the page; gives the Markdown that shows it. */
export async function writePicture(name, picture, alt) {
  const file = `gallery-${name}.png`;
  await writeFile(join(out, "images", file), encodePng(picture));
  return `![${alt}](images/${file})`;
}

/**
 * The mean of the pictures of each class of a data set.
 *
 * @param {import("xstar").ImageDataset} dataset
 */
export function classMeans({ images, labels, height, width, classes }) {
  const pixels = height * width;
  const counts = Array.from({ length: classes }, () => 0);
  const sums = Array.from({ length: classes }, () => new Float64Array(pixels));
  for (const [i, label] of labels.entries()) {
    counts[label]++;
    const sum = sums[label];
    for (let at = 0; at < pixels; at++) sum[at] += images[i * pixels + at] / 255;
  }
  return sums.map((sum, label) => {
    const data = Float32Array.from(sum, (value) => value / counts[label]);
    return validView({ shape: [height, width], data }, { low: 0, high: 1 }).picture;
  });
}
