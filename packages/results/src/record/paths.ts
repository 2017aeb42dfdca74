/** The name of a file in a path, without the folders before it. */
export function nameOfFile(path: string): string {
  return /[^/\\]*$/.exec(path.replace(/[/\\]+$/, ""))![0];
}

/** The ending of a file's name in lower case, such as `.png`; empty where it has none. */
export function endingOf(path: string): string {
  return (/(?<=[^/\\])\.[^./\\]*$/.exec(path)?.[0] ?? "").toLowerCase();
}
