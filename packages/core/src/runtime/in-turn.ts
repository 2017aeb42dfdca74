import type { Ort } from "./ort.js";

/** Does one piece of work after the other. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Milliseconds that ONNX Runtime may hold a thread before others have their turn. */
const longestHold = 8;

const queues = new WeakMap<Ort, InTurn>();

/**
 * onnxruntime-web is one module without re-entry: what is created, run and released in it waits for what was before. It holds its
 * thread while it runs, so between two pieces of work messages, timers and drawing have their turn.
 */
export function queueOf(ort: Ort): InTurn {
  const known = queues.get(ort);
  if (known) return known;
  let last: Promise<unknown> = Promise.resolve();
  let breathed = Date.now();
  const inTurn: InTurn = (work) => {
    const mine = last.then(work, work);
    last = mine
      .catch(() => undefined)
      .then(async () => {
        if (Date.now() - breathed < longestHold) return;
        await otherTasks();
        breathed = Date.now();
      });
    // what is done is told after the others had their turn, or a loop of runs would leave them none
    return last.then(() => mine);
  };
  queues.set(ort, inTurn);
  return inTurn;
}

interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** Resolves when the event loop has come round: timers would wait for 4 ms. */
function otherTasks(): Promise<void> {
  const { MessageChannel } = globalThis as unknown as { MessageChannel: new () => { port1: Port; port2: Port } };
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
