/** Renews the pictures of the README from the last `npm start`: node scripts/readme-pictures.js */
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, "docs", "images");
await mkdir(target, { recursive: true });
for (const name of ["table1.png", "class2.png", "variability.png"]) {
  await copyFile(join(root, "out", "article", "pictures", name), join(target, name));
}
