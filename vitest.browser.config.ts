import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "onnxruntime-node": "onnxruntime-web/wasm" } },
  optimizeDeps: { include: ["onnx-buf", "@bufbuild/protobuf"], exclude: ["onnxruntime-web"] },
  test: {
    testTimeout: 60_000,
    fileParallelism: false,
    include: ["packages/core/src/**/*.test.ts"],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      instances: [{ browser: "chromium" }],
      provider: playwright({ launchOptions: { executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] } }),
    },
  },
});
