import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../../../", import.meta.url));
const notBuilt = /\.test\.ts$|(^|[\\/])testing[\\/]/;
const writtenAt = (...path: string[]) =>
  statSync(join(packages, ...path), { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;

let problem: string | undefined;

/** Throws where a source is newer than what was built of it: a test of the command line would see the old one. */
export function requireBuild(): void {
  problem ??= staleFile() ?? "";
  if (problem !== "") throw new Error(`${problem} is newer than what was built of it: npm run build`);
}

function staleFile(): string | undefined {
  for (const name of ["core", "import", "results", "runs", "queue", "xstar"]) {
    const built = writtenAt(name, "dist", ".tsbuildinfo");
    const sources = readdirSync(join(packages, name, "src"), { recursive: true }).map(String);
    const stale = sources.find(
      (file) => file.endsWith(".ts") && !notBuilt.test(file) && writtenAt(name, "src", file) > built,
    );
    if (stale !== undefined) return join("packages", name, "src", stale);
  }
  return undefined;
}
