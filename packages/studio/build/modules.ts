import { sep } from "node:path";
import type { Plugin } from "vite";

/** Which sources each file of a build is made of, for the tests that hold where they come from and how large they are. */
export const modules = (name: string): Plugin => ({
  name: `xstar-modules-${name}`,
  apply: "build",
  generateBundle(_, bundle) {
    const chunks = Object.values(bundle).flatMap((file) => {
      if (file.type !== "chunk") return [];
      // a component and its style are one source
      const sources = [...new Set(file.moduleIds.filter((id) => !id.startsWith("\0")).map(shortened))];
      return [[file.fileName, { sources, imports: file.imports }] as const];
    });
    const source = JSON.stringify(Object.fromEntries(chunks), undefined, 1);
    this.emitFile({ type: "asset", fileName: `.modules-${name}.json`, source });
  },
});

/** A path from the folder of all packages, or from that of what is installed. */
function shortened(id: string): string {
  const path = id.split(sep).join("/").replace(/\?.*$/, "");
  return /(?:node_modules|packages)\/(?!.*node_modules\/)(.*)$/.exec(path)?.[1] ?? path;
}
