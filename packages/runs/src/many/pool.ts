/**
 * Gives items to workers, in order, each to whoever is free, until all are done or the signal stops them; what is in progress
 * is told by its own signal. The first error stops the others and is thrown when they have ended.
 */
export async function inPool<Worker, Item>(
  workers: readonly Worker[],
  items: Iterable<Item>,
  work: (worker: Worker, item: Item, signal: AbortSignal) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const left = items[Symbol.iterator]();
  const stop = new AbortController();
  const errors: unknown[] = [];
  const abort = () => stop.abort(signal?.reason);
  if (signal?.aborted) abort();
  const goOn = async (worker: Worker) => {
    for (let next = left.next(); !next.done && !stop.signal.aborted; next = left.next()) {
      try {
        await work(worker, next.value, stop.signal);
      } catch (error) {
        errors.push(error);
        stop.abort(error);
      }
    }
  };
  signal?.addEventListener("abort", abort);
  await Promise.all(workers.map(goOn));
  signal?.removeEventListener("abort", abort);
  if (errors.length > 0) throw errors[0];
}
