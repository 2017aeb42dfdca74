/**
 * Planted faults: what xstar diagnose finds, and what it finds in healthy networks:
 * npm run bench:diagnose -- [--seeds 0-9] [--pictures 4000] [--epochs 1] [--to out/bench/diagnose] FAULT...
 *
 * The article's network is trained on so many digits of MNIST for each seed, in health and with each fault. A fault counts as found when
 * the check that is for it gives a warning; a false alarm is a warning on a healthy twin. Faults may be named, all are planted when none
 * is. What is done is kept: begun again, it goes on.
 */
import { appendFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { adagrad, createRng, loadDataset, nodeRuntime, openModel, tensor, trainNetwork } from "xstar";
import { checks, diagnose, observe } from "@xstar/results";
import { pixels, side, writeSet } from "./idx-set.js";
import { faults } from "./planted-faults.js";

const { values: given, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "0-9" },
    pictures: { type: "string", default: "4000" },
    epochs: { type: "string", default: "1" },
    to: { type: "string", default: join("out", "bench", "diagnose") },
  },
});
const [first, last = first] = given.seeds.split("-").map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, i) => first + i);
const [most, epochs] = [Number(given.pictures), Number(given.epochs)];
const looked = Math.max(1000, Math.min(10_000, Math.round(most / 6)));
/** Of the article's rate the first steps kill filters: a healthy twin has to be healthy. */
const learningRate = 0.04;
const mnist = await loadDataset("mnist");
const digits = Array.from({ length: 10 }, (_, digit) => String(digit));

/** Some pictures of a half of MNIST, in memory of their own. */
function some({ images, labels }, count, rng) {
  const order = rng.permutation(labels.length).slice(0, count);
  const own = { images: new Uint8Array(count * pixels), labels: new Uint8Array(count), count };
  order.forEach((from, i) => {
    own.images.set(images.subarray(from * pixels, (from + 1) * pixels), i * pixels);
    own.labels[i] = labels[from];
  });
  return own;
}

const asPictures = ({ images, labels, count }, name) => ({
  names: Array.from({ length: count }, (_, i) => `${name} ${i}`),
  labels: Array.from(labels),
  read: async (i) =>
    tensor(
      "float32",
      Float32Array.from(images.subarray(i * pixels, (i + 1) * pixels), (x) => x / 255),
      [1, side, side],
    ),
});

/** The share of pictures of other classes that are taken for the class whose cue is put into them: whether the fault took hold. */
async function followed(model, { follow, target }, { images, labels, count }) {
  const wanted = Uint8Array.from(labels, (label) => target ?? (label + 1 + (label % 3)) % 10);
  const changed = { images: images.slice(), labels: wanted, count: Math.min(300, count) };
  for (let i = 0; i < changed.count; i++) follow(changed.images.subarray(i * pixels, (i + 1) * pixels), wanted[i], i);
  const { predicted } = await observe(
    model,
    asPictures({ ...changed, labels: wanted.slice(0, changed.count) }, "cue"),
    {},
  );
  const others = predicted.filter((_, i) => labels[i] !== wanted[i]).length;
  return predicted.filter((one, i) => labels[i] !== wanted[i] && one === wanted[i]).length / others;
}

/** What the checks of `only` say of a network with a fault. */
async function runOf(fault, seed, only) {
  const rng = createRng(seed).split("planted");
  const train = some(mnist.train, most, rng.split("train"));
  const test = some(mnist.test, looked, rng.split("test"));
  const clean = { ...test, images: test.images.slice() };
  fault.train?.(train, rng.split("train fault"));
  fault.both?.(train, rng.split("both"));
  fault.both?.(test, rng.split("both"));
  if (fault.leak) {
    const count = Math.round(fault.leak * test.count);
    train.images.set(test.images.subarray(0, count * pixels));
    train.labels.set(test.labels.subarray(0, count));
  }
  const folder = await mkdtemp(join(tmpdir(), "xstar-planted-"));
  try {
    await writeSet(folder, train, test);
    // faults of the network alone, or of the pictures that it is shown, share the training of their healthy twin
    const recipe = {
      data: folder,
      seed,
      epochs,
      optimizer: adagrad({ learningRate }),
      cache: join(given.to, "networks"),
    };
    const { model: trained } = await trainNetwork(recipe);
    fault.test?.(test, rng.split("test fault"));
    const bytes = fault.network?.(trained) ?? trained;
    const model = openModel(bytes, { runtime: nodeRuntime(), labels: digits });
    const alarms = new Set();
    const options = { train: asPictures(train, "train"), labels: digits, only };
    let accuracy = 0;
    for await (const { check, severity, numbers } of diagnose(model, asPictures(test, "test"), options)) {
      if (check === "errors") accuracy = numbers.accuracy;
      if (severity === "serious" || severity === "warning") alarms.add(check);
    }
    return { alarms: [...alarms], accuracy, followed: fault.follow ? await followed(model, fault, clean) : null };
  } finally {
    await rm(folder, { recursive: true });
  }
}

await mkdir(given.to, { recursive: true });
const kept = join(given.to, "runs.jsonl");
const lines = (await readFile(kept, "utf8").catch(() => "")).split("\n").filter(Boolean);
const done = new Map(lines.map((line) => JSON.parse(line)).map((run) => [run.key, run]));

async function once(name, fault, seed, only) {
  const key = [name, seed, most, fault.epochs ?? epochs, learningRate, ...(only ?? [])].join(" ");
  const known = done.get(key);
  if (known) return known;
  const run = { key, ...(await runOf(fault, seed, only)) };
  await appendFile(kept, `${JSON.stringify(run)}\n`);
  return run;
}

const say = (name, seed, accuracy, what) =>
  console.log(`${name}, seed ${seed}: ${(100 * accuracy).toFixed(1)} % right; ${what}`);
const healthy = [];
for (const seed of seeds) {
  const { alarms, accuracy } = await once("healthy", {}, seed);
  healthy.push(new Set(alarms));
  say("healthy", seed, accuracy, alarms.join(", ") || "no alarm");
}
const rows = [];
for (const [name, fault] of Object.entries(faults).filter(([one]) => wanted.length === 0 || wanted.includes(one))) {
  let found = 0;
  const held = [];
  for (const seed of seeds) {
    const { alarms, accuracy, followed: share } = await once(name, fault, seed, ["errors", ...fault.made]);
    if (share !== null) held.push(`${Math.round(100 * share)} %`);
    const isFound = fault.check.some((check) => alarms.includes(check));
    found += Number(isFound);
    say(
      name,
      seed,
      accuracy,
      `${isFound ? "found" : `NOT FOUND, but ${alarms.join(", ") || "nothing"}`}${share === null ? "" : `; ${Math.round(100 * share)} % follow the cue`}`,
    );
  }
  rows.push(`| ${name} | ${fault.check.join(" or ")} | ${held.join(", ") || "–"} | ${found} of ${seeds.length} |`);
}
console.log(`\n${most} pictures to train with, ${epochs} epochs, ${looked} to look at, seeds ${given.seeds}\n`);
console.log("| fault | finding | answers that follow the cue | found |\n| --- | --- | --- | --- |");
console.log(rows.join("\n"));
const alarmed = new Map();
for (const one of healthy) for (const check of one) alarmed.set(check, (alarmed.get(check) ?? 0) + 1);
const told = [...alarmed].map(([check, count]) => `${check} (${count})`).join(", ") || "none";
console.log(`\n${checks.length} checks on ${seeds.length} healthy twins; warnings: ${told}`);
