import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: { env: { ORT_DISABLE_TELEMETRY: "1" }, include: ["packages/*/src/**/*.test.ts"] },
});
