import { XstarError } from "@xstar/core";
import { nameOfFile } from "@xstar/results";
import { plainAddress } from "../address/remote-address.js";
import type { GivenFile } from "../engine/protocol.js";
import type { Progress } from "../engine/read.js";

type FromFrame =
  | { readonly loaded: number; readonly total: number }
  | { readonly status: number }
  | { readonly bytes: ArrayBuffer };

/**
 * A file of another server, fetched in a sandboxed page of its own (build/fetcher.ts), because this one may talk to nobody. Throws
 * `bad-argument` for what is no address, `file-not-readable`, `aborted`.
 */
export async function readRemote(text: string, onProgress: Progress, signal: AbortSignal): Promise<GivenFile> {
  const address = plainAddress(text);
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.hidden = true;
  frame.title = "Fetches one file";
  frame.src = "./fetch.html";
  const { port1, port2 } = new MessageChannel();
  try {
    const bytes = await new Promise<ArrayBuffer>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new XstarError("aborted", "The download was stopped")));
      port1.onmessage = ({ data }: MessageEvent<FromFrame>) => {
        if ("loaded" in data) onProgress(data.loaded, data.total);
        else if ("bytes" in data) resolve(data.bytes);
        else reject(refusal(address, data.status));
      };
      frame.onload = () => frame.contentWindow!.postMessage({ address: address.href }, "*", [port2]);
      document.body.append(frame);
    });
    return { path: decodeURIComponent(nameOfFile(address.pathname)) || "model.onnx", bytes: new Uint8Array(bytes) };
  } finally {
    port1.close();
    frame.remove();
  }
}

function refusal({ host, href }: URL, status: number): XstarError {
  const hint = `Download the file and drop it here, or let the command line fetch it: npx xstar studio ${href}`;
  return status === 0
    ? new XstarError("file-not-readable", `${host} does not let other pages read its files, or does not answer`, {
        hint,
      })
    : new XstarError("file-not-readable", `${host} answers ${status} for this address`, { hint });
}
