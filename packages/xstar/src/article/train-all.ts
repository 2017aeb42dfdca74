import { inPool } from "@xstar/runs";
import type { TrainingReport } from "../train/job.js";
import { trainNetwork, type TrainedNetwork } from "../train/trained-network.js";

interface TrainAll {
  readonly seeds: readonly number[];
  /** Threads of each. */
  readonly threads: number;
  readonly cache?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number, facts: string) => void;
  readonly onWarning?: ((sentence: string) => void) | undefined;
}

/** The networks of several seeds, side by side; one that fails stops the others. Rejects with the reason of the signal when that stops them. */
export async function trainAll({
  seeds,
  threads,
  cache,
  signal,
  onProgress,
  onWarning,
}: TrainAll): Promise<TrainedNetwork[]> {
  const reports = new Map<number, TrainingReport>();
  const report = () => {
    const list = [...reports.values()];
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const loss = mean(list.map((one) => one.loss)).toFixed(3);
    const accuracy = (100 * mean(list.map((one) => one.accuracy))).toFixed(1);
    const done = list.reduce((sum, { step }) => sum + step, 0);
    onProgress?.(done, seeds.length * list[0]!.steps, `loss ${loss} · accuracy ${accuracy} %`);
  };
  const networks: TrainedNetwork[] = [];
  await inPool(
    seeds,
    seeds.entries(),
    async (_, [i, seed], stop) => {
      networks[i] = await trainNetwork({
        seed,
        threads,
        ...(cache !== undefined && { cache }),
        signal: stop,
        ...(onWarning && { onWarning }),
        onProgress(now) {
          reports.set(seed, now);
          report();
        },
      });
      stop.throwIfAborted();
    },
    signal,
  );
  return networks;
}
