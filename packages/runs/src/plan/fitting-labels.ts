import type { ModelFile } from "./store.js";

/**
 * The labels of a model with so many classes: none where they are of another count, for then they are another model's, and
 * `onNote` gets a sentence that says so.
 */
export function fittingLabels(
  { labels }: Pick<ModelFile, "labels">,
  classes: number | undefined,
  onNote: (sentence: string) => void,
): readonly string[] | undefined {
  if (!labels || classes === undefined || labels.length === classes) return labels;
  onNote(
    `The ${counted(labels.length, "label")} of the model's folder or file ${labels.length === 1 ? "is" : "are"} not used: the model has ${counted(classes, "class", "classes")}`,
  );
  return [];
}

function counted(count: number, one: string, several = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : several}`;
}
