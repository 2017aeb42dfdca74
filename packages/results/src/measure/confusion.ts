import { XstarError } from "@xstar/core";

/** How often which class was taken for which. */
export interface Confusion {
  /** `matrix[truth][predicted]` is how often it happened. */
  readonly matrix: readonly (readonly number[])[];
  /** The share of right predictions, from 0 to 1. */
  readonly accuracy: number;
  /** The share of right predictions among the examples of each class; null for a class without examples. */
  readonly classAccuracy: readonly (number | null)[];
}

/**
 * What was taken for what. Throws `bad-argument` for no labels, unequal numbers of them, or one that is not a class.
 *
 * @example
 * countConfusions([0, 1, 1], [0, 1, 0], 2).matrix; // [[1, 1], [0, 1]]
 */
export function countConfusions(predicted: ArrayLike<number>, truth: ArrayLike<number>, classes: number): Confusion {
  const count = truth.length;
  if (count === 0 || predicted.length !== count) {
    throw new XstarError("bad-argument", `${predicted.length} predictions cannot be compared with ${count} labels`);
  }
  const matrix = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (let i = 0; i < count; i++) {
    const row = matrix[truth[i]!];
    const column = predicted[i]!;
    if (row?.[column] === undefined) {
      throw new XstarError(
        "bad-argument",
        `Example ${i} has label ${truth[i]} and prediction ${column}, but classes go from 0 to ${classes - 1}`,
      );
    }
    row[column]!++;
  }
  const classAccuracy = matrix.map((row, c) => {
    const examples = row.reduce((a, b) => a + b, 0);
    return examples === 0 ? null : row[c]! / examples;
  });
  return { matrix, accuracy: matrix.reduce((right, row, c) => right + row[c]!, 0) / count, classAccuracy };
}
