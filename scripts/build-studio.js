/** Builds the studio where something has changed since it was built: its sources, or the packages that go into it. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const studio = join(root, "packages", "studio");
const stamp = join(studio, "dist", ".built");

const sources = ["src", "build", "public"].flatMap((folder) => filesIn(join(studio, folder)));
const settings = ["index.html", "package.json", "svelte.config.js", "vite.config.ts"].map((name) => join(studio, name));
const packages = ["core", "import", "results", "runs"].flatMap((name) =>
  filesIn(join(root, "packages", name, "dist")).filter((file) => file.endsWith(".js")),
);

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

const hash = createHash("sha256");
for (const file of [...settings, ...sources, ...packages, join(root, "package-lock.json")])
  hash.update(file).update(readFileSync(file));
const wanted = hash.digest("hex");
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  console.error("Building the studio ...");
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const { status } = spawnSync(process.execPath, [vite, "build", "--logLevel", "warn"], {
    cwd: studio,
    // whoever asks for it, a test too, gets what is published
    env: { ...process.env, NODE_ENV: "production" },
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, wanted);
}
