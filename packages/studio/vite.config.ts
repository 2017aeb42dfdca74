import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { eager } from "./build/eager.ts";
import { fetcher } from "./build/fetcher.ts";
import { modules } from "./build/modules.ts";
import { offline } from "./build/offline.ts";
import { policy } from "./build/policy.ts";
import { tokens } from "./build/tokens.ts";

/** Threads need a page that shares nothing with others. */
const isolated = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** What a build need not say: the core's chunks are for programs that take less of it. */
const quiet = { pluginTimings: false, ineffectiveDynamicImport: false };

export default defineConfig({
  base: "./",
  plugins: [svelte(), tokens(), policy(), fetcher(), offline(), modules("page")],
  // onnxruntime-web needs a chunk of its own, which its threads load too
  worker: {
    format: "es",
    plugins: () => [modules("worker")],
    rolldownOptions: {
      checks: quiet,
      output: {
        codeSplitting: {
          groups: eager({
            entry: /engine\/worker\.ts/,
            lists: /(core|results|runs)\/dist\/index\.js$/,
            name: "worker",
          }),
        },
      },
    },
  },
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    reportCompressedSize: false,
    rolldownOptions: {
      checks: quiet,
      input: { index: "index.html", "xstar-neuron": "src/element/xstar-neuron.ts" },
      // the element has an address of its own
      output: { entryFileNames: ({ name }) => (name === "xstar-neuron" ? "[name].js" : "assets/[name]-[hash].js") },
      preserveEntrySignatures: "allow-extension",
    },
  },
  server: { headers: isolated },
  preview: { headers: isolated },
});
