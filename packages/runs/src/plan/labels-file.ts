/**
 * The class names in a text file, one a line; Teachable Machine counts the lines itself: `0 cat`, `1 dog`.
 *
 * @example
 * parseLabels("0 cat\n1 dog\n"); // ["cat", "dog"]
 */
export function parseLabels(text: string): readonly string[] {
  const lines = text.trimEnd().split(/\r?\n/);
  const isCounted = lines.every((line, i) => line.startsWith(`${i} `));
  return isCounted ? lines.map((line, i) => line.slice(`${i} `.length)) : lines;
}
