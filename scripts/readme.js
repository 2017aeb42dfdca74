/** Renews what the README takes from the last `npm start`, its pictures and its table of figures: node scripts/readme.js */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compareFigures } from "../packages/xstar/dist/article/figures.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = join(root, "out", "article");
const images = join(root, "docs", "images");
await mkdir(images, { recursive: true });
for (const name of ["table1.png", "class2.png", "variability.png"])
  await copyFile(join(run, "pictures", name), join(images, name));

const results = JSON.parse(await readFile(join(run, "results.json"), "utf8"));
const rows = [
  ["", "the article", "`npm start`, 10 steps", `until ${results.convergence.confidence} from every start`],
  ["---", "---", "---", "---"],
  ...compareFigures(results).map(({ figure, article, tenSteps, converged }) => [figure, article, tenSteps, converged]),
];
const table = rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const path = join(root, "README.md");
const [before, rest] = (await readFile(path, "utf8")).split("<!-- figures -->\n");
const [, after] = rest.split("\n<!-- /figures -->");
await writeFile(path, `${before}<!-- figures -->\n\n${table}\n\n<!-- /figures -->${after}`);
