import type { SplitDataset } from "../data/dataset.js";

/** Fewer pictures of a class are learned by heart, ... */
const fewOfClass = 20;
/** ... and an accuracy on fewer is a matter of luck. */
const fewTests = 100;

/** Why an accuracy on such a data set says little, in sentences. */
export function doubtsAbout({ train, test }: SplitDataset): string[] {
  const counts = new Map<number, number>();
  for (const label of train.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const least = Math.min(...counts.values());
  return [
    counts.size === 1 &&
      `All ${train.count} training pictures are of class ${[...counts.keys()][0]}: the network learns to say it always, and its accuracy means nothing`,
    counts.size > 1 &&
      least < fewOfClass &&
      `One class has only ${plural(least, "training picture")}: the network can hardly learn it`,
    test.count < fewTests && `The accuracy is measured on ${plural(test.count, "picture")} only`,
  ].filter((one) => typeof one === "string");
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
