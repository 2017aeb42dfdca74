import { XstarError } from "@xstar/core";

/** A SIGTERM is followed by force, soon: who sends it does not wait for a long step. */
const patience = 20_000;
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
      if (signal === "SIGTERM") setTimeout(() => quit(signal), patience).unref();
      process.stderr.write("\nStopping after this step and keeping what is done; Ctrl-C again quits at once\n");
    } else if (performance.now() - stoppedAt > sameCtrlC) {
      quit(signal);
    }
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

/** process.exit() would end threads inside native code, which crashes; what the system does by default does not. */
function quit(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
