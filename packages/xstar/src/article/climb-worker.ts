import { parentPort } from "node:worker_threads";
import { openModel } from "@xstar/core";
import { nodeRuntime } from "../runtime.js";
import { serveJobs } from "../threads/jobs.js";
import { climb, type Ascent, type AscentProgress } from "./ascent.js";
import type { ClimbJob } from "./climb-all.js";

serveJobs<ClimbJob, AscentProgress, Ascent[]>(parentPort!, ({ model, plan }, onStep, signal) =>
  climb(openModel(model, { runtime: nodeRuntime({ threads: 1 }) }), plan, { signal, onStep }),
);
