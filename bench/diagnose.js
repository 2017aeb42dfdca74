/**
 * Planted faults: what xstar diagnose finds, and what it finds in healthy networks:
 * npm run bench:diagnose -- [--seeds 0-9] [--pictures 4000] [--epochs 4] [--to out/bench/diagnose] FAULT...
 *
 * The article's network is trained on so many digits of MNIST for each seed, in health and with each fault. A fault counts as found when
 * the check that is for it gives a warning; a false alarm is a warning on a healthy twin. Of a cue it is measured how many answers follow
 * it, of a subgroup how many of its pictures are not known: whether the fault took hold. Faults may be named, all are planted when none is. What is done is kept: begun again, it goes on.
 */
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checks, diagnose } from "@xstar/results";
import { digits, hold, learningRate, plantedCase } from "./planted-case.js";
import { faults } from "./planted-faults.js";

const { values: given, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "0-9" },
    pictures: { type: "string", default: "4000" },
    epochs: { type: "string", default: "4" },
    to: { type: "string", default: join("out", "bench", "diagnose") },
  },
});
const [first, last = first] = given.seeds.split("-").map(Number);
const seeds = Array.from({ length: last - first + 1 }, (_, i) => first + i);
const [most, epochs] = [Number(given.pictures), Number(given.epochs)];
const looked = Math.max(1000, Math.min(10_000, Math.round(most / 6)));

/** What the checks of `only` say of a network with a fault. */
async function runOf(fault, seed, only) {
  const { model, clean, test, train } = await plantedCase(fault, seed, {
    most,
    looked,
    epochs,
    cache: join(given.to, "networks"),
  });
  const alarms = new Set();
  const numbers = {};
  for await (const { check, severity, ...found } of diagnose(model, test, { train, labels: digits, only })) {
    numbers[check] ??= found.numbers;
    if (severity === "serious" || severity === "warning") alarms.add(check);
  }
  const { accuracy = 0 } = numbers.errors ?? {};
  return { alarms: [...alarms], accuracy, held: await hold(model, fault, clean), numbers };
}

await mkdir(given.to, { recursive: true });
const kept = join(given.to, "runs.jsonl");
const lines = (await readFile(kept, "utf8").catch(() => "")).split("\n").filter(Boolean);
const done = new Map(lines.map((line) => JSON.parse(line)).map((run) => [run.key, run]));

async function once(name, fault, seed, only) {
  const key = [name, seed, most, epochs, learningRate, ...(only ?? [])].join(" ");
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
  const shares = [];
  for (const seed of seeds) {
    const { alarms, accuracy, held: share } = await once(name, fault, seed, ["errors", ...fault.made]);
    if (share !== null) shares.push(`${Math.round(100 * share)} %`);
    const isFound = fault.check.some((check) => alarms.includes(check));
    found += Number(isFound);
    say(
      name,
      seed,
      accuracy,
      `${isFound ? "found" : `NOT FOUND, but ${alarms.join(", ") || "nothing"}`}${share === null ? "" : `; ${Math.round(100 * share)} % ${fault.subgroup ? "of the subgroup are not known" : "follow the cue"}`}`,
    );
  }
  rows.push(`| ${name} | ${fault.check.join(" or ")} | ${shares.join(", ") || "–"} | ${found} of ${seeds.length} |`);
}
console.log(`\n${most} pictures to train with, ${epochs} epochs, ${looked} to look at, seeds ${given.seeds}\n`);
console.log("| fault | finding | took hold | found |\n| --- | --- | --- | --- |");
console.log(rows.join("\n"));
const alarmed = new Map();
for (const one of healthy) for (const check of one) alarmed.set(check, (alarmed.get(check) ?? 0) + 1);
const told = [...alarmed].map(([check, count]) => `${check} (${count})`).join(", ") || "none";
console.log(`\n${checks.length} checks on ${seeds.length} healthy twins; warnings: ${told}`);
