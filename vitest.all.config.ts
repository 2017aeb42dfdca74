import { defineConfig } from "vitest/config";
import { chromium } from "./scripts/chromium.js";

if (!chromium)
  console.warn("Skipped, without Chromium: the tests of the core in a browser (apt-get install chromium)\n");

/** What `npm test` runs: everything in Node, and the core once more in a browser. */
export default defineConfig({
  test: {
    projects: ["./vitest.config.ts", ...(chromium ? ["./vitest.browser.config.ts"] : [])],
  },
});
