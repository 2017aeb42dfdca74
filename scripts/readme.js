/** Renews what the README takes from the last `npm start`, its pictures and its table of figures: node scripts/readme.js */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = join(root, "out", "article");
const images = join(root, "docs", "images");
await mkdir(images, { recursive: true });
for (const name of ["table1.png", "class2.png", "variability.png"])
  await copyFile(join(run, "pictures", name), join(images, name));

const { article, networks, tables, variability, border } = JSON.parse(
  await readFile(join(run, "results.json"), "utf8"),
);
const random = (list, digit) =>
  list.find((table) => table.class === digit).pictures.find(({ start }) => start === "random");
const sure = (digit) => {
  const [ten, converged] = [random(tables.tenSteps, digit), random(tables.converged, digit)];
  return `${ten.fedBack.text} in 10 steps, ${converged.fedBack.text} in ${converged.steps}`;
};
const cut = border.find((curve) => curve.class === 2 && curve.start === "random");
const rows = [
  ["", "the article", "`npm start`"],
  ["---", "---", "---"],
  ["test accuracy (three networks)", article.accuracy, networks.map(({ accuracy }) => accuracy.toFixed(4)).join(", ")],
  ["confidence in 1, from random", article.confidenceOfOne, sure(1)],
  [
    "most variable digit",
    article.mostVariable,
    `${variability.mostVariable} (${variability.sums[variability.mostVariable].toFixed(2)})`,
  ],
  ["confidence in 2, from random", `over ${article.confidenceOfTwo}`, sure(2)],
  ["the same after 10 steps, with the border set to 0", article.confidenceOfTwoWithoutBorder, cut.text[1]],
];
const table = rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const path = join(root, "README.md");
const [before, rest] = (await readFile(path, "utf8")).split("<!-- figures -->\n");
const [, after] = rest.split("\n<!-- /figures -->");
await writeFile(path, `${before}<!-- figures -->\n\n${table}\n\n<!-- /figures -->${after}`);
