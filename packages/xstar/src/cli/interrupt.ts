import { XstarError } from "@xstar/core";

/** Runs work that Ctrl-C (or SIGTERM) asks to stop; a second Ctrl-C ends the program at once. */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new XstarError("aborted", "Stopped"));
    process.stderr.write("\nStopping after this step and keeping what is done; Ctrl-C again quits at once\n");
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
