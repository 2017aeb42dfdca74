/**
 * The name of a file in a path, without the folders before it.
 *
 * @example
 * nameOfFile("out/cat.png"); // "cat.png"
 */
export function nameOfFile(path: string): string {
  return /[^/\\]*$/.exec(path.replace(/[/\\]+$/, ""))![0];
}

/**
 * The ending of a file's name in lower case, such as `.png`; empty where it has none.
 *
 * @example
 * endingOf("out/Cat.PNG"); // ".png"
 */
export function endingOf(path: string): string {
  return (/(?<=[^/\\])\.[^./\\]*$/.exec(path)?.[0] ?? "").toLowerCase();
}
