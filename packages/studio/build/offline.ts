import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** Larger files are kept when they were needed once. */
const heavy = /\.(wasm|onnx|gz)$/;

/** The service worker: it knows every file of this build by name. */
export const offline = (): Plugin => ({
  name: "xstar-offline",
  apply: "build",
  generateBundle(_, bundle) {
    const files = Object.keys(bundle).filter((name) => !name.endsWith(".html") && !name.startsWith("."));
    const shell = ["./", ...files.filter((name) => !heavy.test(name))];
    const version = createHash("sha256").update(files.sort().join()).digest("hex").slice(0, 12);
    const template = readFileSync(join(import.meta.dirname, "service-worker.js"), "utf8");
    this.emitFile({
      type: "asset",
      fileName: "sw.js",
      source: template.replace("__VERSION__", version).replace("__SHELL__", JSON.stringify(shell)),
    });
  },
});
