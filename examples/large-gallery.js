/**
 * A gallery of the networks of a folder, as pages that a browser opens: out/large-gallery/index.html
 *
 *   node examples/large-gallery.js [FOLDER] [--only TEXT] [--steps COUNT] [--out FOLDER]
 *
 * FOLDER (by default ../shared/models) has a folder for each network, with its ONNX file, labels.txt and meta.json, and
 * photographs in a folder "photos" beside it. All of it takes an hour or so on a few cores. What is done is skipped, and
 * Ctrl-C keeps what is done: the same command goes on from there. --only makes the parts whose names have that text.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createProgress, guessContract, loadModel, maximizeMany, nodeRuntime, readImage, XstarError } from "xstar";
import { writeIndex } from "./large-gallery-page.js";
import { parts } from "./large-gallery-parts.js";
import { withRecipe } from "./with-recipe.js";

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

async function makePart({ name, model: path, targets: texts, recipe, options, photo, generator }, label) {
  const { model, contract } = await open(path);
  const steps = values.steps === undefined ? {} : { steps: Number(values.steps) };
  const plan = await withRecipe(model, texts, { recipe: recipe && { ...recipe, ...steps }, contract });
  const targets = plan.objectives.map((objective, i) => ({ name: texts[i], slug: slugOf(texts[i]), objective }));
  const ascent = {
    seed: 0,
    contract,
    ...plan.options,
    ...options,
    ...steps,
    ...(photo && { images: { photo: await readPhoto(photo) } }),
    ...(generator && { generators: { generator: { model: (await open(generator)).model } } }),
  };
  const progress = createProgress({ stream: process.stderr, label, total: targets.length * (ascent.steps ?? 64) });
  await maximizeMany(model, targets, ascent, {
    folder: join(values.out, name),
    signal: stop.signal,
    onProgress: ({ steps: done, finished, latest }) =>
      progress.update(done, `${finished} of ${targets.length}  ${latest.target}`),
  });
  progress.done();
}

/** A network, with how pictures become its input: what meta.json says of that, and guesses for the rest. */
async function open(path) {
  const model = await loadModel(join(models, path), { runtime: nodeRuntime({ threads: 1 }) });
  const meta = join(models, path, "..", "meta.json");
  const { mean, std } = existsSync(meta) ? JSON.parse(readFileSync(meta, "utf8")).input : {};
  return { model, contract: guessContract(model.source, { given: mean ? { mean, std } : {} }).contract };
}

function readPhoto(photo) {
  return readImage(join(photos, photo), { channels: 3, height: 224, width: 224 });
}

function slugOf(text) {
  const words = text.toLowerCase().replace(/[^a-z0-9.]+/g, "-");
  return words.replace(/^-|-$/g, "").slice(0, 80);
}
