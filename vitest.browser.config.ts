import { playwright } from "@vitest/browser-playwright";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { chromium } from "./scripts/chromium.js";

const noFiles = join(import.meta.dirname, "packages/core/src/testing/no-files.ts");

/** The tests of the core, the same files, in Chromium on onnxruntime-web. */
export default defineConfig({
  resolve: {
    alias: {
      "onnxruntime-node": "onnxruntime-web/wasm",
      "node:fs": noFiles,
      "node:path": noFiles,
    },
  },
  optimizeDeps: { include: ["onnx-buf", "@bufbuild/protobuf"], exclude: ["onnxruntime-web"] },
  test: {
    name: "browser",
    testTimeout: 120_000,
    include: ["packages/core/src/**/*.test.ts"],
    // what is read there is the repository, not what a browser runs
    exclude: ["define/documented", "law/operators-page", "law/webgpu"].map(
      (name) => `packages/core/src/${name}.test.ts`,
    ),
    isolate: false,
    fileParallelism: false,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      instances: [{ browser: "chromium" }],
      provider: playwright({ launchOptions: { executablePath: chromium!, args: ["--no-sandbox", "--disable-gpu"] } }),
    },
  },
});
