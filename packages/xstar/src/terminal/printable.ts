/** Control characters (C0, C1, delete) and marks that turn the direction of text. */
// oxlint-disable-next-line no-control-regex
const hidden = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const known: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Text that comes from files and names, for one line of a terminal: what would move the cursor, change colours or the
 * title is written out as `\x1b`, `\n` and `\u202e`.
 */
export function printable(text: string): string {
  return text.replace(hidden, (sign) => {
    const code = sign.charCodeAt(0);
    return known[sign] ?? (code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`);
  });
}

/** The same for several lines, which stay lines. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

/** What a program reads, as JSON: the same characters as JSON writes them. */
export function printableJson(value: unknown): string {
  const escaped = (sign: string) => (sign === "\n" ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return JSON.stringify(value, undefined, 2).replace(hidden, escaped);
}
