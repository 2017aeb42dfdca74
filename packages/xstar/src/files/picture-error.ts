import { XstarError } from "@xstar/core";

/** What sharp calls the formats that are read, and people. */
export const pictureFormats: ReadonlyMap<string, string> = new Map([
  ["png", "PNG"],
  ["jpeg", "JPEG"],
  ["webp", "WebP"],
  ["gif", "GIF"],
  ["tiff", "TIFF"],
  ["heif", "AVIF"],
  ["raw", "BMP"],
]);

const readable = "PNG, JPEG, WebP, GIF, TIFF, AVIF and BMP files are read";

/** How files of known formats that are not read begin: where, and with which Latin letters. */
const unreadable: readonly { readonly name: string; readonly at: number; readonly letters: readonly string[] }[] = [
  { name: "HEIC", at: 4, letters: ["ftyphei", "ftyphev", "ftypmif1", "ftypmsf1"] },
  { name: "JPEG XL", at: 0, letters: ["\xff\x0a", "\0\0\0\x0cJXL "] },
  { name: "JPEG 2000", at: 0, letters: ["\0\0\0\x0cjP  "] },
  { name: "Photoshop", at: 0, letters: ["8BPS"] },
  { name: "SVG", at: 0, letters: ["<svg", "<?xml"] },
];

/** What is wrong with a file that should be a picture, in plain words; `cause` is what sharp says of it, if anything. */
export function explainPicture(path: string, bytes: Uint8Array, cause?: unknown): XstarError {
  const said = cause instanceof Error ? cause.message : "";
  const fail = (problem: string, hint: string) =>
    new XstarError("bad-data", problem, { hint, ...(cause !== undefined && { cause }) });
  if (bytes.length === 0) return fail(`The picture "${path}" is empty: the file has no bytes`, readable);
  const format = unreadable.find(({ at, letters }) =>
    letters.some((begin) => latin(bytes, at, begin.length) === begin),
  );
  if (format) return fail(`"${path}" is a picture of the format ${format.name}, which is not read`, readable);
  if (said.includes("compressed BMP"))
    return fail(`"${path}" is a compressed BMP picture, which is not read`, readable);
  if (said.includes("pixel limit"))
    return fail(`The picture "${path}" is too large: it has more than 268 million pixels`, "Make it smaller first");
  if (cause === undefined || said.includes("unsupported image format"))
    return fail(`"${path}" is no picture`, readable);
  const isCut = /premature|truncated|unexpected end|too short|outside the bounds/i.test(said);
  return fail(`The picture "${path}" is damaged${isCut ? ": it ends too early" : ""}`, "Get the file again");
}

function latin(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length));
}
