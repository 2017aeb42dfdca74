import { availableParallelism } from "node:os";
import { inPool } from "@xstar/runs";
import { runInThread } from "../threads/open-thread.js";
import type { Ascent, AscentControls, AscentPlan, AscentProgress } from "./ascent.js";

export interface PlanJob {
  /** An ONNX file. */
  readonly model: Uint8Array;
  readonly plan: AscentPlan;
}

export type RunPlan = (job: PlanJob, controls: AscentControls) => Promise<Ascent[]>;

interface MaximizeAllOptions {
  /** @default runPlanInThread */
  readonly run?: RunPlan | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Maximizes side by side, as many at once as there are cores, begun in order: two threads with a session of one thread each do
 * more than one session of two. The first error stops all.
 */
export async function maximizeAll(
  jobs: readonly PlanJob[],
  { run = runPlanInThread, signal, onProgress }: MaximizeAllOptions,
): Promise<Ascent[][]> {
  const weights = jobs.map(({ plan }) => plan.classes.length * plan.steps);
  const total = weights.reduce((a, b) => a + b, 0);
  const shares = jobs.map(() => 0);
  const report = (i: number, share: number) => {
    shares[i] = share;
    onProgress?.(
      shares.reduce((sum, done, k) => sum + done * weights[k]!, 0),
      total,
    );
  };
  const results: Ascent[][] = [];
  const slots = Array.from({ length: Math.min(availableParallelism(), jobs.length) }, (_, i) => i);
  await inPool(
    slots,
    jobs.entries(),
    async (_, [i, job], stop) => {
      const onStep = (now: AscentProgress) => report(i, Math.min(1, shareOf(job.plan, now)));
      results[i] = await run(job, { signal: stop, onStep });
      report(i, 1);
    },
    signal,
  );
  signal?.throwIfAborted();
  return results;
}

/** How much of a plan is done. */
function shareOf({ steps, until }: AscentPlan, { index, watch }: AscentProgress): number {
  if (until === undefined) return index / steps;
  // the loss falls about as 1 / steps
  const doubt = 1 - watch["confidence"]!.reduce((least, one) => Math.min(least, one));
  return Math.max(index / steps, (1 - until) / doubt);
}

/** Runs a plan in a thread of its own, on one thread of ONNX Runtime. */
export async function runPlanInThread(job: PlanJob, { signal, onStep }: AscentControls): Promise<Ascent[]> {
  try {
    return await runInThread<AscentProgress, Ascent[]>(new URL("./batch-worker.js", import.meta.url), job, {
      signal,
      ...(onStep && { onReport: onStep }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
