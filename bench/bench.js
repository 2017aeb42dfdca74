/**
 * Speed against peers, on this machine, in one interleaved run: npm run bench
 *
 * Every tool works in a process of its own and answers in turn, round by round, so that whatever else the machine does
 * falls on all alike. Only the ratios of the medians mean something. Peers are looked for in bench/.peers (npm run
 * bench:peers makes it; XSTAR_PEERS names another folder) and left out, with a message, where they are missing.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const peers = resolve(process.env.XSTAR_PEERS ?? join(here, ".peers"));
const python = join(peers, "venv", "bin", "python");
const threads = String(availableParallelism());
const rounds = 7;

const missing = [];
function peer(name, path, command, args) {
  if (existsSync(path)) return start(command, args);
  missing.push(`${name} is left out: ${path} is missing (npm run bench:peers)`);
  return undefined;
}

/** A process that says it is ready, then answers each line with one line. */
async function start(command, args) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ${args.join(" ")} ended early`);
    return value;
  };
  const name = (await next()).replace(/^ready /, "");
  return {
    name,
    async ask(line) {
      child.stdin.write(`${line}\n`);
      return (await next()).split(" ").map(Number);
    },
    stop: () => child.stdin.end(),
  };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Medians over all rounds, the tools taking turns. */
async function compare(title, tools, line) {
  const times = tools.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, tool] of tools.entries()) times[i].push(...(await tool.ask(line)));
  }
  const medians = times.map(median);
  console.log(`\n${title}`);
  for (const [i, tool] of tools.entries()) {
    const ratio = medians[i] / medians[0];
    console.log(
      `  ${tool.name.padEnd(40)} ${medians[i].toFixed(2).padStart(9)} ms   ${ratio.toFixed(1).padStart(6)} x`,
    );
  }
  return medians;
}

const xstar = (...options) => start(process.execPath, [join(here, "peers", "xstar-article.js"), ...options]);
const spinning = await xstar(threads, "spinning");
const own = await xstar(threads);
const single = await xstar("1");
const torch = await peer("PyTorch", python, python, [join(here, "peers", "torch_article.py"), threads]);
const tfjs = await peer("TensorFlow.js", join(peers, "node_modules", "@tensorflow"), process.execPath, [
  join(here, "peers", "tfjs-article.js"),
  peers,
]);
for (const line of missing) console.log(line);

const known = (tools) => tools.filter((tool) => tool !== undefined);
const ascent = "The article's network: forward and input gradient of one picture";
await compare(ascent, known([own, spinning, single, torch, tfjs]), "ascent 30");
const training = `The article's network: one training step of 64 pictures (938 are an epoch)`;
await compare(training, known([own, single, torch]), "train 5 64");
for (const tool of known([own, spinning, single, torch, tfjs])) tool.stop();
