/** Writes docs/performance.md and its plots from bench/results/*.json: npm run docs:performance */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { manySection } from "./performance/many.js";
import { qualitySection } from "./performance/quality.js";
import { transferSection } from "./performance/transfer.js";
import { writePage } from "./write-page.js";

const root = dirname(import.meta.dirname);
const read = (name) => {
  const file = join(root, "bench", "results", `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
};

const images = join(root, "docs", "images", "performance");
/** Keeps a plot, and gives the Markdown that shows it. */
function plot(name, about, svg) {
  mkdirSync(images, { recursive: true });
  writeFileSync(join(images, `${name}.svg`), svg);
  return `![${about}](images/performance/${name}.svg)`;
}

const sections = [qualitySection(read("quality"), plot), manySection(read("many")), transferSection(read("transfer"))];
writePage(
  "performance.md",
  `# How quick it is

Written by \`npm run docs:performance\` from what the benches left in \`bench/results/\`. All figures are of whole processes, from the
command to the written picture, with as many threads on all sides. Ratios say how many times as long the other side took: above 1 xstar is quicker.

${sections.filter((text) => text !== undefined).join("\n\n")}
`,
);
