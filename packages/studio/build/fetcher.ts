import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/**
 * The one page that may ask other servers for a file. The studio opens it in a sandboxed frame when somebody opens an address, tells it that
 * address and nothing else, and takes it away afterwards: the studio's own policy stays `connect-src 'self'`.
 */
export const fetcher = (): Plugin => ({
  name: "xstar-fetcher",
  apply: "build",
  generateBundle() {
    const script = readFileSync(join(import.meta.dirname, "fetch-page.js"), "utf8");
    const hash = createHash("sha256").update(script).digest("base64");
    const policy = `default-src 'none'; script-src 'sha256-${hash}'; connect-src https: http:; base-uri 'none'; form-action 'none'`;
    this.emitFile({
      type: "asset",
      fileName: "fetch.html",
      source: `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>Fetches one file</title><script>${script}</script>`,
    });
  },
});
