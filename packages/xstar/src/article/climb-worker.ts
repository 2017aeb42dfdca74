import { openModel } from "@xstar/core";
import { nodeRuntime } from "../runtime.js";
import { serveThread } from "../threads/serve-thread.js";
import { climb, type Ascent, type AscentProgress } from "./ascent.js";
import type { ClimbJob } from "./climb-all.js";

await serveThread<ClimbJob, AscentProgress, Ascent[]>(({ model, plan }, onStep, signal) =>
  climb(openModel(model, { runtime: nodeRuntime({ threads: 1 }) }), plan, { signal, onStep }),
);
