import { parentPort } from "node:worker_threads";
import { openModel } from "@xstar/core";
import { nodeRuntime } from "../runtime.js";
import { serveJobs } from "../threads/jobs.js";
import { runPlan, type Ascent, type AscentProgress } from "./ascent.js";
import type { PlanJob } from "./maximize-all.js";

serveJobs<PlanJob, AscentProgress, Ascent[]>(parentPort!, ({ model, plan }, onStep, signal) =>
  runPlan(openModel(model, { runtime: nodeRuntime({ threads: 1 }) }), plan, { signal, onStep }),
);
