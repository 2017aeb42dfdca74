import { router } from "../address/router.svelte.js";
import type { GivenFile } from "../engine/protocol.js";
import { readWithProgress } from "../engine/read.js";
import { drop } from "./drop.svelte.js";

/** Opens the model that `xstar studio MODEL` serves with the page, and the run that the address asks for. */
export async function openLocal(query: URLSearchParams): Promise<void> {
  const list = new TextDecoder().decode(await readWithProgress("./local/files.json"));
  const files: GivenFile[] = [];
  for (const path of JSON.parse(list) as readonly string[]) {
    const address = `./local/${path.split("/").map(encodeURIComponent).join("/")}`;
    const bytes = await readWithProgress(address, (loaded, total) => {
      drop.state = { is: "reading", what: `${path}, ${(loaded / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB` };
    });
    files.push({ path, bytes });
  }
  const received = await drop.take(files);
  if (received?.kind === "model" && query.has("t")) router.go(["m", received.model.id, "run"], query);
}
