import { XstarError } from "@xstar/core";

/**
 * Where the file itself is that an address names: pages of GitHub and Hugging Face that show a file have it under another one. Throws
 * `bad-argument` for what is no address.
 */
export function plainAddress(text: string): URL {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch (cause) {
    throw noAddress(text, cause);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw noAddress(text);
  const [, owner, name, kind, ...rest] = url.pathname.split("/");
  if (url.hostname === "github.com" && (kind === "blob" || kind === "raw"))
    return new URL(`https://raw.githubusercontent.com/${[owner, name, ...rest].join("/")}`);
  if (url.hostname === "huggingface.co" && kind === "blob")
    return new URL(`https://huggingface.co/${[owner, name, "resolve", ...rest].join("/")}`);
  return url;
}

const noAddress = (text: string, cause?: unknown) =>
  new XstarError("bad-argument", `"${text}" is no address of a file`, {
    hint: "It begins with https:// and ends with the name of the file",
    cause,
  });
