import type { Climber } from "./climber.js";

/**
 * Gives batches to climbers, in order, each to whoever is free, until all are done or the signal stops them. The first error
 * stops the others and is thrown when they have ended.
 */
export async function climbBatches<Batch>(
  climbers: readonly Climber[],
  batches: readonly Batch[],
  climb: (climber: Climber, batch: Batch) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const left = batches.values();
  const errors: unknown[] = [];
  const stop = () => climbers.forEach((climber) => climber.stop());
  const work = async (climber: Climber) => {
    try {
      for (const batch of left) {
        if (signal?.aborted || errors.length > 0) return;
        await climb(climber, batch);
      }
    } catch (error) {
      errors.push(error);
      stop();
    }
  };
  signal?.addEventListener("abort", stop);
  await Promise.all(climbers.map(work));
  signal?.removeEventListener("abort", stop);
  if (errors.length > 0) throw errors[0];
}
