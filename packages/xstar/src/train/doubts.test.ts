import { expect, test } from "vitest";
import type { ImageDataset } from "@xstar/results";
import { doubtsAbout } from "./doubts.js";

function dataset(counts: readonly number[]): ImageDataset {
  const labels = Uint8Array.from(counts.flatMap((count, label) => Array<number>(count).fill(label)));
  const images = new Uint8Array(labels.length);
  return { name: "x", images, labels, count: labels.length, height: 1, width: 1, classes: counts.length };
}

test.each([
  [[500, 500], [60, 60], []],
  [
    [0, 90],
    [0, 200],
    ["All 90 training pictures are of class 1: the network learns to say it always, and its accuracy means nothing"],
  ],
  [[3, 2], [120, 0], ["One class has only 2 training pictures: the network can hardly learn it"]],
  [
    [99, 1],
    [5, 0],
    [
      "One class has only 1 training picture: the network can hardly learn it",
      "The accuracy is measured on 5 pictures only",
    ],
  ],
])("pictures by class %j, tested on %j: %j", (train, test, doubts) => {
  expect(doubtsAbout({ train: dataset(train), test: dataset(test) })).toEqual(doubts);
});
