/** A class and its probability, from 0 to 1. */
export interface ClassShare {
  readonly class: number;
  readonly label: string | null;
  readonly probability: number;
}

/**
 * The `count` likeliest classes, best first.
 *
 * @example
 * likeliestOf([0.1, 0.7, 0.2], ["crane", "flamingo", "tabby"], 1); // flamingo
 */
export function likeliestOf(
  probabilities: readonly number[],
  labels: readonly string[] | undefined,
  count: number,
): ClassShare[] {
  return probabilities
    .map((probability, i) => ({ class: i, label: labels?.[i] ?? null, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count);
}
