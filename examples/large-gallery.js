/**
 * A gallery of the networks of a folder, as pages that a browser opens: out/large-gallery/index.html
 *
 *   node examples/large-gallery.js [FOLDER] [--only TEXT] [--steps COUNT] [--out FOLDER]
 *
 * FOLDER (by default ../shared/models) has a folder for each network, with its ONNX file, labels.txt and meta.json, and
 * photographs in a folder "photos" beside it. All of it takes an hour or so on a few cores. What is done is skipped, and
 * Ctrl-C keeps what is done: the same command goes on from there. --only makes the parts whose names have that text.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createProgress, maximizeMany, readImage, XstarError } from "xstar";
import { writeIndex } from "./large-gallery-page.js";
import { parts } from "./large-gallery-parts.js";
import { loadDescribed } from "./load-described.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "" },
    steps: { type: "string" },
    out: { type: "string", default: join("out", "large-gallery") },
  },
});
const models = positionals[0] ?? join("..", "shared", "models");
const photos = join(models, "..", "photos");
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

/** @param {import("./large-gallery-parts.js").Part} part */
const isThere = ({ model, photo }) => existsSync(join(models, model)) && (!photo || existsSync(join(photos, photo)));
const wanted = parts.filter(({ name }) => name.includes(values.only)).filter(isThere);
for (const [i, part] of wanted.entries()) {
  if (stop.signal.aborted) break;
  try {
    await makePart(part, `${i + 1} of ${wanted.length}  ${part.name}`);
  } catch (error) {
    if (!XstarError.is(error)) throw error;
    console.error(`${part.name}: ${error.message}`);
    process.exitCode = 1;
  }
  await writeIndex(values.out, parts);
}
console.error(`${join(values.out, "index.html")} written`);

/** @param {import("./large-gallery-parts.js").Part} part */
async function makePart({ name, model: path, targets, options, photo, generator }, label) {
  const model = await loadDescribed(join(models, path));
  /** @type {import("xstar").Progress | undefined} */
  let progress;
  await maximizeMany(model, targets, {
    contract: model.contract,
    ...options,
    ...(values.steps !== undefined && { steps: Number(values.steps) }),
    ...(photo && { images: { photo: await readPhoto(photo) } }),
    ...(generator && { generators: { generator: { model: await loadDescribed(join(models, generator)) } } }),
    folder: join(values.out, name),
    signal: stop.signal,
    onProgress({ steps, ofSteps, finished, latest }) {
      progress ??= createProgress({ stream: process.stderr, label, total: ofSteps });
      progress.update(steps, `${finished} of ${targets.length}  ${latest.target}`);
    },
  });
  progress?.done();
}

function readPhoto(photo) {
  return readImage(join(photos, photo), { channels: 3, height: 224, width: 224 });
}
