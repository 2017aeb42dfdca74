import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { createOps, createRng, encodePng, filledPicture, Graph, tensor, writeModel } from "../index.js";

/** A network as the docs take one for granted: x [1, 3, 16, 16] -> conv1 (8 channels) -> conv2 (16 channels) -> 5 class scores. */
export function docsModel(seed = 1): Uint8Array {
  const rng = createRng(seed);
  const graph = new Graph("docs");
  const op = createOps(graph);
  const weights = (shape: readonly number[]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return op.constant(tensor("float32", rng.uniforms(count, -0.5, 0.5), shape), "weights");
  };
  const x = graph.input("x", { dtype: "float32", shape: [1, 3, 16, 16] });
  const conv1 = op.conv(x, weights([8, 3, 3, 3]));
  const relu1 = op.relu(conv1);
  const conv2 = op.conv(relu1, weights([16, 8, 3, 3]));
  const relu2 = op.relu(conv2);
  const pooled = op.reduceMean(relu2, [2, 3]);
  const scores = op.matMul(pooled, weights([16, 5]));
  for (const [name, value] of Object.entries({ conv1, relu1, conv2, relu2, pooled, scores })) value.name = name;
  graph.output(scores);
  return writeModel(graph, { opsets: new Map([["", 20]]) });
}

/** What lies in the folder of every example: a model, another one, names of its classes, photographs, parts of one's own. */
export function fillDocsFolder(folder: string): void {
  mkdirSync(join(folder, "photos"), { recursive: true });
  writeFileSync(join(folder, "model.onnx"), docsModel());
  writeFileSync(join(folder, "other.onnx"), docsModel(2));
  writeFileSync(join(folder, "labels.txt"), "crane\nflamingo\ntabby\ntiger\nzebra\n");
  const shades = [10, 80, 160, 240].map((shade) => filledPicture(24, 20, [shade, 255 - shade, shade >> 1]));
  shades.forEach((shade, i) => writeFileSync(join(folder, "photos", `${i}.png`), encodePng(shade)));
  writeFileSync(join(folder, "photo.png"), encodePng(shades[1]!));
  const keras = new URL("../../../../packages/import/fixtures/keras3.h5.gz", import.meta.url);
  writeFileSync(join(folder, "model.h5"), gunzipSync(readFileSync(keras)));
  copyFileSync(new URL("../../../../examples/own-parts/parts.js", import.meta.url), join(folder, "parts.js"));
}

/** A folder `node_modules` that has the packages of this repository, and what stands for ONNX Runtime in a browser. */
export function linkPackages(folder: string, root: string): void {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@xstar"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules", "@xstar")))
    symlinkSync(join(root, "node_modules", "@xstar", name), join(modules, "@xstar", name), "junction");
  for (const name of ["xstar", "@types"])
    symlinkSync(join(root, "node_modules", name), join(modules, name), "junction");
  const web = join(modules, "onnxruntime-web");
  mkdirSync(web);
  const parts = {
    name: "onnxruntime-web",
    type: "module",
    exports: { "./wasm": "./index.js", "./webgpu": "./index.js" },
  };
  writeFileSync(join(web, "package.json"), JSON.stringify(parts));
  const runtime = JSON.stringify(pathToFileURL(join(root, "node_modules", "onnxruntime-node", "dist", "index.js")));
  writeFileSync(join(web, "index.js"), `import ort from ${runtime};\n${asInABrowser}`);
  const common = JSON.stringify(join(root, "node_modules", "onnxruntime-common", "dist", "esm", "index.js"));
  writeFileSync(join(web, "index.d.ts"), `export * from ${common};\n`);
}

/** Runs on the processor what asks for WebAssembly: several times as fast. */
const asInABrowser = `
const { common } = ort.env.versions;
export const { Tensor } = ort;
export const env = { versions: { web: common, common }, wasm: {} };
export const InferenceSession = {
  create: (model, options) => ort.InferenceSession.create(model, { ...options, executionProviders: ["cpu"] }),
};
`;

/** What a page in a browser has and Node has not, as far as the docs use it. */
export const browserGlobals = `
import { readFileSync } from "node:fs";
globalThis.fetch = async (path) => new Response(readFileSync(path));
globalThis.ImageData = class { constructor(data, width, height) { Object.assign(this, { data, width, height }); } };
const drawn = [];
const context = { putImageData: (image) => drawn.push(image.width * image.height) };
let asked = false;
const canvas = { getContext: () => ((asked = true), context) };
globalThis.document = { querySelector: () => canvas };
process.on("exit", () => { if (asked && (drawn.length === 0 || drawn.includes(0))) throw new Error("nothing was drawn"); });
`;
