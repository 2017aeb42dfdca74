import { XstarError } from "@xstar/core";

/** Some wrappers pass a Ctrl-C on that the terminal has sent to the program already. */
const sameCtrlC = 300;

/**
 * Runs work that Ctrl-C (or SIGTERM) asks to stop; a second Ctrl-C ends the program at once. `hint` says how to go on
 * when the work ends with the reason of the signal.
 */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>, hint?: string): Promise<T> {
  const controller = new AbortController();
  let stoppedAt = 0;
  const stop = (signal: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      stoppedAt = performance.now();
      controller.abort(new XstarError("aborted", "Stopped", hint === undefined ? {} : { hint }));
      process.stderr.write("\nStopping after this step and keeping what is done; Ctrl-C again quits at once\n");
    } else if (performance.now() - stoppedAt > sameCtrlC) {
      // process.exit() would end threads inside native code, which crashes; what the system does by default does not
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
