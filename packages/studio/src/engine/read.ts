import { XstarError } from "@xstar/core";

export type Progress = (loaded: number, total: number) => void;

/** A file of this site, with progress. Throws `file-not-readable`. */
export async function readWithProgress(
  address: string,
  onProgress: Progress = () => undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address).catch((cause: unknown) => {
    throw new XstarError("file-not-readable", `Cannot read "${address}": the server does not answer`, {
      hint: "Check the connection and try again",
      cause,
    });
  });
  if (!response.ok || !response.body)
    throw new XstarError("file-not-readable", `Cannot read "${address}": the server answers ${response.status}`);
  // what is compressed on the way is longer than it says
  const total = response.headers.has("content-encoding") ? 0 : Number(response.headers.get("content-length") ?? 0);
  const parts: Uint8Array[] = [];
  let loaded = 0;
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    loaded += value.length;
    onProgress(loaded, Math.max(total, loaded));
  }
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export async function unzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
