import { MessageChannel } from "node:worker_threads";
import { XstarError } from "@xstar/core";
import { afterEach, describe, expect, test } from "vitest";
import { createSender, serveJobs, type Work } from "./jobs.js";

const channels: MessageChannel[] = [];
afterEach(() => channels.splice(0).forEach(({ port1 }) => port1.close()));

/** Both ends, as if they were in two threads. */
function serve<Job, Report, Outcome>(work: Work<Job, Report, Outcome>) {
  const channel = new MessageChannel();
  channels.push(channel);
  serveJobs(channel.port2, work);
  return createSender<Job, Report, Outcome>(channel.port1);
}

describe("a job that is sent to another thread", () => {
  test("tells of itself and gives its outcome; the next one is another job", async () => {
    const { send } = serve<number, string, number>(async (job, report) => {
      report(`doing ${job}`);
      return 2 * job;
    });
    const reports: string[] = [];
    expect(await send(4, { onReport: (report) => reports.push(report) })).toBe(8);
    expect(await send(5)).toBe(10);
    expect(reports).toEqual(["doing 4"]);
  });

  test("gives its error whole: code, message, hint and details, and its stack", async () => {
    const error = new XstarError("bad-data", "The set is odd", { hint: "Take another", details: { sets: ["a", "b"] } });
    const { send } = serve(() => Promise.reject(error));
    const got: unknown = await send(0).catch((one: unknown) => one);
    expect(XstarError.is(got)).toBe(true);
    const { code, message, hint, details } = error;
    expect(got).toMatchObject({ code, message, hint, details, stack: error.stack });
  });

  test("gives any other error as one of the runtime", async () => {
    const { send } = serve(() => Promise.reject(new TypeError("x is not a function")));
    await expect(send(0)).rejects.toMatchObject({ code: "runtime-failure", message: "x is not a function" });
    const { send: sendOdd } = serve<number, never, unknown>(async () => () => "what cannot be sent");
    await expect(sendOdd(0)).rejects.toMatchObject({ code: "runtime-failure" });
  });

  test("is told to stop, and has the last word; that does not stop the next one", async () => {
    const { send } = serve<number, never, string>(
      (_, __, signal) =>
        new Promise((resolve) => {
          const timer = setTimeout(() => resolve("whole"), 50);
          signal.addEventListener("abort", () => {
            clearTimeout(timer);
            resolve("part");
          });
        }),
    );
    const stop = new AbortController();
    const stopped = send(0, { signal: stop.signal });
    stop.abort();
    expect(await stopped).toBe("part");
    expect(await send(0, { signal: AbortSignal.abort() })).toBe("part");
    expect(await send(0)).toBe("whole");
  });

  test("fails with its thread, and so does every later one", async () => {
    const { send, fail } = serve(() => new Promise(() => undefined));
    const waiting = send(0);
    fail(new XstarError("runtime-failure", "A thread stopped: it ended with code 1"));
    await expect(waiting).rejects.toThrow("it ended with code 1");
    await expect(send(1)).rejects.toThrow("it ended with code 1");
  });
});
