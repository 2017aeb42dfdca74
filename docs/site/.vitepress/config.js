import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitepress";

const page = (text, link) => ({ text, link });

const guide = [
  {
    text: "Begin",
    items: [
      page("Quick start in Node", "/quick-start"),
      page("Quick start in a browser", "/browser"),
      page("On a graphics processor", "/devices"),
      page("Your model", "/your-model"),
      page("The studio", "/studio"),
      page("Exporting models", "/exporting"),
      page("Importing models", "/import"),
      page("Coming from Lucid or Lucent", "/from-lucid"),
    ],
  },
  {
    text: "Pictures",
    items: [
      page("Targets", "/targets"),
      page("Targets of real models", "/real-models"),
      page("Recipes", "/recipes"),
      page("Parameterizations", "/parameterizations"),
      page("Parts of your own", "/own-parts"),
      page("Metrics", "/metrics"),
      page("How quick it is", "/performance"),
      page("What it looks at", "/explain"),
      page("The atlas of a network", "/atlas"),
      page("Why it is wrong", "/diagnosis"),
      page("On many machines", "/scale"),
      page("The input contract", "/input-contract"),
    ],
  },
  {
    text: "Look up",
    items: [
      page("Every part", "/parts"),
      page("Every function", "/api/"),
      page("Operators", "/operators"),
      page("Formats", "/formats"),
      page("Errors", "/errors"),
    ],
  },
  {
    text: "Background",
    items: [
      page("How it works", "/how-it-works"),
      page("Gallery", "/gallery"),
      page("The article's results", "/article-results"),
    ],
  },
];

/** What is called, by category, as the index of the reference has it; types are found by the links to them. */
function reference() {
  const groups = [];
  for (const line of readFileSync(new URL("../.pages/api/index.md", import.meta.url), "utf8").split("\n")) {
    const [, heading] = /^## (.+)/.exec(line) ?? [];
    if (heading) groups.push({ text: heading, collapsed: groups.length > 1, items: [] });
    const [, text, link] = /^\| \[(.+?)\]\(((?:Function|Class|Variable|Namespace)\..+?)\.md\)/.exec(line) ?? [];
    if (text) groups.at(-1)?.items.push(page(text.replaceAll("\\", ""), `/api/${link}`));
  }
  return groups.filter(({ items }) => items.length > 0);
}

/** The decisions, in their order, by their headings. */
function decisions() {
  const folder = new URL("../.pages/decisions/", import.meta.url);
  const files = readdirSync(folder).toSorted();
  const titleOf = (file) => /^# (.+)$/m.exec(readFileSync(new URL(file, folder), "utf8"))?.[1] ?? file;
  return files.map((file) => page(titleOf(file), `/decisions/${file.replace(/\.md$/, "")}`));
}

export default defineConfig({
  title: "xstar",
  description: "The input that a neuron wants most, for any ONNX network",
  srcDir: ".pages",
  outDir: "../../out/docs",
  cacheDir: ".vitepress/cache",
  lang: "en",
  cleanUrls: false,
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  markdown: { theme: { light: "github-light-high-contrast", dark: "github-dark" } },
  themeConfig: {
    nav: [
      page("Guide", "/quick-start"),
      page("Every part", "/parts"),
      page("API", "/api/"),
      page("Gallery", "/gallery"),
    ],
    sidebar: { "/api/": reference(), "/": [...guide, { text: "Decisions", collapsed: true, items: decisions() }] },
    outline: { level: [2, 3] },
    search: { provider: "local" },
    docFooter: { prev: "Before", next: "Next" },
    footer: { message: "Apache-2.0" },
  },
});
