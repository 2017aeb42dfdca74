import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawNumber, encodePng, enlarge, filledPicture, paste, rawView, surround, validView } from "xstar";

/** Numbers [1, height, width] as a picture: those of a camera from 0 to 1, others on a grey scale of their own. */
export function draw(data, { side = 28, factor = 3, isUnbounded = false } = {}) {
  const planes = { shape: [side, side], data };
  const { picture } = isUnbounded ? rawView(planes) : validView(planes, { low: 0, high: 1 });
  return enlarge(picture, factor);
}

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
  await writeFile(join("docs", "images", file), encodePng(picture));
  return `![${alt}](images/${file})`;
}

/** The mean of the pictures of each class of a data set, from 0 to 1. */
export function classMeans({ images, labels, height, width, classes }) {
  const pixels = height * width;
  const counts = Array.from({ length: classes }, () => 0);
  const sums = Array.from({ length: classes }, () => new Float64Array(pixels));
  for (const [i, label] of labels.entries()) {
    counts[label]++;
    const sum = sums[label];
    for (let at = 0; at < pixels; at++) sum[at] += images[i * pixels + at] / 255;
  }
  return sums.map((sum, label) => sum.map((value) => value / counts[label]));
}
