import { rmSync } from "node:fs";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatPercent } from "@xstar/results";
import { writeFileAtomic } from "../files/atomic.js";
import { renderTable } from "../terminal/table.js";

/** Where the time of the steps went. */
export interface Profile {
  /** Runs of graphs: two for a step that redirects gradients. */
  readonly runs: number;
  /** Milliseconds of all operators in all runs. */
  readonly ms: number;
  /** The slowest first. */
  readonly operators: readonly OperatorTime[];
}

/** The time of all nodes of one operator. */
export interface OperatorTime {
  readonly operator: string;
  /** Nodes of the graph that are one. */
  readonly nodes: number;
  readonly ms: number;
  /** Of the time of all operators, from 0 to 1. */
  readonly share: number;
}

/** An event of ONNX Runtime's own profile. */
interface Event {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

/** Collects what ONNX Runtime writes under a prefix. */
export interface Profiler {
  readonly prefix: string;
  /** Reads it, once the graphs are closed. */
  finish(): Promise<Profile>;
}

/**
 * Lets ONNX Runtime say where the time of ascents and of gradients goes, for a runtime with its `prefix`.
 *
 * @example
 * const profiler = await startProfiler();
 * const model = await loadModel("model.onnx", { runtime: nodeRuntime({ profile: profiler.prefix }) });
 * await maximize(model, "conv2:7", { steps: 16 });
 * const { operators } = await profiler.finish();
 */
export async function startProfiler(): Promise<Profiler> {
  const folder = await mkdtemp(join(tmpdir(), "xstar-profile-"));
  // whatever becomes of the run
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return {
    prefix: join(folder, "graph"),
    async finish() {
      const names = await readdir(folder);
      const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
      return profileOf(texts.map((text) => JSON.parse(text) as Event[]));
    },
  };
}

const nodeTime = /_kernel_time$/;

/** The time by operator in profiles of ONNX Runtime, of one graph each. */
export function profileOf(graphs: readonly (readonly Event[])[]): Profile {
  const times = new Map<string, { nodes: Set<string>; us: number }>();
  let runs = 0;
  for (const [i, events] of graphs.entries()) {
    for (const { cat, name, dur, args } of events) {
      if (cat === "Session" && name === "model_run") runs++;
      const operator = args?.op_name;
      if (cat !== "Node" || operator === undefined || !nodeTime.test(name)) continue;
      const time = times.get(operator) ?? { nodes: new Set(), us: 0 };
      time.nodes.add(`${i} ${name}`);
      time.us += dur;
      times.set(operator, time);
    }
  }
  const total = [...times.values()].reduce((sum, { us }) => sum + us, 0);
  const operators = [...times]
    .map(([operator, { nodes, us }]) => ({ operator, nodes: nodes.size, ms: us / 1000, share: us / (total || 1) }))
    .toSorted((a, b) => b.ms - a.ms);
  return { runs, ms: total / 1000, operators };
}

/** Operators in the table; `profile.json` has all. */
const shown = 12;

/** Writes `profile.json` into the folder of a run, and gives the slowest operators as a table. */
export async function writeProfile(folder: string, profile: Profile): Promise<string> {
  await writeFileAtomic(join(folder, "profile.json"), `${JSON.stringify(profile, undefined, 2)}\n`);
  const { runs, ms, operators } = profile;
  const rows = operators
    .slice(0, shown)
    .map((one) => [one.operator, `${one.nodes}`, (one.ms / Math.max(1, runs)).toFixed(2), formatPercent(one.share)]);
  const rest = operators.length > shown ? `, and ${operators.length - shown} more in profile.json` : "";
  return [
    renderTable([["operator", "nodes", "ms a run", "share"], ...rows]),
    `${(ms / Math.max(1, runs)).toFixed(1)} ms a run, ${runs} runs${rest}`,
    "",
  ].join("\n");
}
