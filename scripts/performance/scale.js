/** The measured part of docs/scale.md and docs/atlas.md, from bench/results/queue.json and atlas.json. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePage } from "../write-page.js";
import { table } from "./markdown.js";

const root = join(import.meta.dirname, "..", "..");
const read = (name) => {
  const file = join(root, "bench", "results", `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
};
const whole = (x) => Math.round(x).toLocaleString("en");
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1];
const percent = (share) => `${Math.round(100 * share)} %`;
const onMachine = ({ machine }) =>
  `${machine.cores} cores, Node ${machine.node.slice(1)}; other work went on, with a load of ${machine.load.toFixed(0)}`;

function emptySection(empty) {
  if (!empty) return undefined;
  const { rows, many, idle, simulated } = empty;
  const of = (name) => median(rows.map(({ microseconds }) => microseconds[name]));
  const dearest = Math.max(of("redis"), of("sender"), of("workers"));
  const bothCores = 2e6 / (of("redis") + of("sender") + of("workers"));
  return `### The queue by itself

${whole(rows[0].jobs)} jobs of no work, a sender, a worker of 32 at once and Redis, each a process (\`npm run bench:queue -- empty\`; ${onMachine(empty)}):
${new Intl.ListFormat("en-GB").format(rows.map(({ perSecond }) => whole(perSecond)))} jobs a second by the clock. By processor time a job takes ${whole(of("redis"))} µs of Redis,
${whole(of("sender"))} µs of the sender and ${whole(of("workers"))} µs of the worker, so that two cores which do nothing else move about ${whole(bothCores)} a second, and
cores enough ${whole(1e6 / dearest)}.

A thousand workers, each a client of its own with jobs of ${many.jobSeconds} s: ${whole(many.perSecond)} jobs a second, where workers alone would do
${whole(many.workers / many.jobSeconds)} (with the beginning and the end); a job takes ${whole(many.microseconds.redis)} µs of Redis and ${whole(many.microseconds.sender)} µs of the sender. While nothing
is to be done each worker takes ${idle.microseconds.toFixed(0)} µs of Redis a second, and ${whole(idle.memory / idle.workers / 1000)} KB of its memory; there are ${whole(idle.clients)} connections.

What that comes to, by a simulation in which Redis and the sender do one thing at a time and each takes what was measured:

${table(
  ["workers", "seconds of a job", "jobs a second, without a queue", "with it", "Redis is busy", "the sender is busy"],
  simulated.map((one) => [
    whole(one.workers),
    one.jobSeconds,
    whole(one.ideal),
    whole(one.perSecond),
    percent(one.redis),
    percent(one.sender),
  ]),
)}

What breaks first:

- **At 1,000 workers** nothing does, down to jobs of two seconds.
- **At 5,000** Redis refuses connections: a worker has two, and \`maxclients\` is 10,000 unless it is set. Set it, and the limit of open files.
- **At 10,000** the sender and Redis have their fill where jobs take less than about ${whole(10_000 * Math.max(many.microseconds.sender, many.microseconds.redis) * 1e-6 + 1)} s. Jobs of photographs take 10 s and more. Before that a
  shared folder has its fill: each job writes a file, and asks for it once more.

Beyond one Redis: jobs do not know of each other, so several senders with some \`--layers\` each, every one with a Redis and workers of its own, need to share nothing;
with the results of their \`.jobs\` put together, one \`xstar atlas\` of all layers has their pictures already, and looks at the real ones once more.`;
}

function gainSection(gain) {
  if (!gain) return undefined;
  const of = (name) => median(gain.rows.map((row) => row[name]));
  const shares = gain.rows.map((row) => row.gain / row.plainGain);
  return `### A second worker

Two workers with one thread each do ${of("gain").toFixed(2)} times as many jobs a second as one; two processes of plain ONNX Runtime with one thread do ${of("plainGain").toFixed(2)}
times as many runs as one, in turn with these (\`npm run bench:queue -- gain\`, ${gain.rows.length} rounds; ${onMachine(gain)}): ${median(shares).toFixed(2)} of it
(${shares.map((x) => x.toFixed(2)).join(", ")}). The two were at work in ${gain.rows.map(({ busy }) => percent(busy)).join(", ")} of the time, until the last of their ${gain.jobs} jobs was done: what is missing is the last
job, that one of them does alone, and what the clock says beside other work is what others left.`;
}

function memorySection(memory) {
  if (!memory) return undefined;
  return `### Memory

A worker, one thread, ${whole(memory.jobs)} jobs of the article's network (\`npm run bench:queue -- memory\`):

${table(
  ["jobs", ...memory.memory.map(([done]) => whole(done))],
  [["memory", ...memory.memory.map(([, bytes]) => megabytes(bytes))]],
)}`;
}

function costSection(cost) {
  if (!cost) return undefined;
  return `### What a unit costs

Processor seconds of a unit in an atlas, and of a command for each (measured on so many, of as many as the atlas has; \`npm run bench:queue -- cost\`):

${table(
  ["network", "steps", "in the atlas of", "a unit", "by xstar maximize", "times", "measured on"],
  cost.rows.map((row) => [
    row.network,
    row.steps,
    `${row.units} units`,
    `${row.atlas.toFixed(2)} s`,
    `${row.single.toFixed(2)} s`,
    row.ratio.toFixed(1),
    row.singles,
  ]),
)}`;
}

function lucentSection(lucent) {
  if (!lucent) return undefined;
  const reached = lucent.rows
    .map(
      ({ unit, lucent: theirs, single }) =>
        `${unit}: ${single.activation.toFixed(1)} and ${theirs.activation.toFixed(1)}`,
    )
    .join("; ");
  return `torch-lucent, one after another as its users call it, ${lucent.lucentSteps} steps, one thread: ${lucent.lucent.toFixed(0)} s for a unit of \`${lucent.layer}\`, ${lucent.ratio.toFixed(1)} times the
${lucent.atlas.toFixed(2)} s of an atlas of that layer with ${lucent.steps} steps (\`npm run bench:queue -- lucent\`). Mean activations of the
finished pictures, ours and theirs, by unit: ${reached}.`;
}

/** Dollars for an hour of one core, at providers' usual prices. */
const prices = { spot: 0.015, usual: 0.05 };

function resnetSection(resnet) {
  if (!resnet) return undefined;
  return `### What an atlas costs

Processor time of all layers with units, measured on a cheap, a middle and a costly layer and extrapolated by what their activations are
(\`npm run bench:atlas -- resnet\`; ResNet-50 with weights at random, which cost the same). For a core ${prices.spot} dollars an hour on spot machines and ${prices.usual} otherwise; the pictures are made once.

${table(
  ["network", "layers", "units", "steps", "core hours", "spot", "otherwise", "on 100 cores"],
  resnet.rows.map((row) => [
    row.network,
    row.layers,
    whole(row.units),
    row.steps,
    row.coreHours.toFixed(1),
    `$ ${(row.coreHours * prices.spot).toFixed(2)}`,
    `$ ${(row.coreHours * prices.usual).toFixed(2)}`,
    `${Math.ceil((row.coreHours / 100) * 60)} min`,
  ]),
)}

Most layers show others once more (a Relu after its convolution, a Concat of what came before): \`--layers\` with one of each block takes a small part of it.`;
}

function disturbedSection(disturbed) {
  if (!disturbed) return undefined;
  const { layers, units, steps, estimate, seconds, jobs, killed, queued } = disturbed;
  const ofLayers = layers ? `${layers.length} layers (\`${layers.join("`, `")}\`)` : "all layers";
  const ofUnits = units === "all" ? "all units" : `${units} units`;
  const same = ({ differences }) => (differences.length === 0 ? "the same bytes" : `${differences.length} other files`);
  return `### Disturbed

An atlas of SqueezeNet, ${ofUnits} of each of ${ofLayers}, with photographs, ${steps} steps, ${jobs} jobs (\`npm run bench:atlas -- disturbed\`). What it said before it began, beside
other work: "${estimate}"; it took ${(seconds / 60).toFixed(0)} minutes. A pool killed ${killed.kills} times by \`kill -9\` and started again ended with ${same(killed)} as one that was not. Through Redis with four workers, of which one was killed every 20 s (${queued.deaths} in all) while Redis was started again
${queued.restarts} times: ${same(queued)}, and ${queued.repeated} of ${jobs} jobs were done whole twice.`;
}

function estimateSection(estimate) {
  if (!estimate) return undefined;
  return `### Estimates

Processor seconds that an estimate says, and that the work takes (\`npm run bench:atlas -- estimate\`):

${table(
  ["network", "layers", "units", "steps", "said", "taken", "ratio"],
  estimate.rows.map((row) => [
    row.network,
    Array.isArray(row.layers) ? row.layers.join(", ") : row.layers,
    row.units,
    row.steps,
    row.said.toFixed(1),
    row.took.toFixed(1),
    row.ratio.toFixed(2),
  ]),
)}`;
}

function siteSection(site) {
  if (!site) return undefined;
  const looks = (row, name, read) => whole(median(row.looks.map((look) => read(look[name]))));
  return `## How large

Pages of 10,000 units, by the writers that all atlases have, with pictures of SqueezeNet's units turned, mirrored and recoloured (\`npm run bench:atlas -- site\`;
Chromium without a graphics processor, ${onMachine(site)}). What a page needs is loaded when it is opened; the pictures of up to 256 pixels are files of their own in
a folder for each layer, and without them, all or of some layers, the pages show thumbnails.

${table(
  ["", ...site.rows.map(({ about }) => about)],
  [
    ["pages, thumbnails and data", ...site.rows.map(({ bytes }) => megabytes(bytes.pages))],
    ["of which thumbnails", ...site.rows.map(({ bytes }) => megabytes(bytes.sprites))],
    ["pictures of up to 256 pixels", ...site.rows.map(({ bytes }) => megabytes(bytes.pictures))],
    ["all layers painted", ...site.rows.map((row) => `${looks(row, "home", ({ painted }) => painted)} ms`)],
    ["a layer painted", ...site.rows.map((row) => `${looks(row, "layer", ({ painted }) => painted)} ms`)],
    [
      "a frame of scrolling, median",
      ...site.rows.map((row) => `${looks(row, "layer", ({ frame }) => frame.median)} ms`),
    ],
    ["95 of 100 frames within", ...site.rows.map((row) => `${looks(row, "layer", ({ frame }) => frame.p95)} ms`)],
  ],
)}`;
}

const bounds = /(<!-- measured -->\n)[\s\S]*(<!-- \/measured -->)/;

function fill(page, sections) {
  const path = join(root, "docs", page);
  const text = sections.filter((one) => one !== undefined).join("\n\n");
  writePage(
    page,
    readFileSync(path, "utf8").replace(bounds, (_, before, after) => `${before}\n${text}\n\n${after}`),
  );
}

export function writeScale() {
  const [queue, atlas] = [read("queue"), read("atlas")];
  fill("scale.md", [
    emptySection(queue.empty),
    gainSection(queue.gain),
    memorySection(queue.memory),
    costSection(queue.cost),
    lucentSection(queue.lucent),
    resnetSection(atlas.resnet),
    disturbedSection(atlas.disturbed),
    estimateSection(atlas.estimate),
  ]);
  fill("atlas.md", [siteSection(atlas.site)]);
}
