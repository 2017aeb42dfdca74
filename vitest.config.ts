import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  // machines are shared and slow at times: speed is measured in bench/, never by a test
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    env: { ORT_DISABLE_TELEMETRY: "1" },
    include: ["packages/*/src/**/*.test.ts"],
  },
});
