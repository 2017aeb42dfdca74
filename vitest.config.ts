import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const read = (...path: string[]) =>
  JSON.parse(readFileSync(join(import.meta.dirname, ...path, "package.json"), "utf8"));

/** The packages by name, as their sources: tests see what is written, not what was built. */
const sources = (read().workspaces as string[])
  .map((folder) => ({
    name: read(folder).name as string,
    source: join(import.meta.dirname, folder, "src", "index.ts"),
  }))
  .filter(({ source }) => existsSync(source));

export default defineConfig({
  resolve: { alias: sources.map(({ name, source }) => ({ find: new RegExp(`^${name}$`), replacement: source })) },
  // machines are shared and slow at times: speed is measured in bench/, never by a test
  test: {
    name: "node",
    testTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 120_000,
    env: { ORT_DISABLE_TELEMETRY: "1", XSTAR_CACHE: "off" },
    include: ["packages/*/src/**/*.test.ts", "packages/studio/e2e/*.test.ts"],
  },
});
