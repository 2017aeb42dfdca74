import { parentPort, workerData } from "node:worker_threads";
import { XstarError } from "@xstar/core";
import { openClimber, type Glance, type Goal, type ManyJob, type Outcome } from "@xstar/runs";
import type { Planes } from "@xstar/results";
import { thisMachine } from "./this-machine.js";

/** What a climbing thread is told: a batch to climb, or to stop. */
export type ClimberOrder = { readonly goals: readonly Goal[] } | "stop";

/** What it answers. */
export type ClimberMessage =
  | { readonly glance: Omit<Glance, "preview">; readonly preview: Planes | undefined }
  | { readonly outcomes: readonly Outcome[] }
  | { readonly failure: { code: string; message: string; hint: string | undefined; stack: string | undefined } };

/** Milliseconds between two reports: a live view is redrawn no more often. */
const reportMs = 200;

const port = parentPort!;
const send = (message: ClimberMessage) => port.postMessage(message);
const climber = openClimber(workerData as ManyJob, thisMachine);
// whoever waits for it first gets the error
climber.catch(() => undefined);
let reported = Number.NEGATIVE_INFINITY;

port.on("message", async (order: ClimberOrder) => {
  try {
    const { climb, stop } = await climber;
    if (order === "stop") return stop();
    const outcomes = await climb(order.goals, ({ preview, ...glance }) => {
      if (performance.now() - reported < reportMs) return;
      reported = performance.now();
      send({ glance, preview: preview() });
    });
    send({ outcomes });
  } catch (error) {
    const known = XstarError.is(error) ? error : undefined;
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    send({ failure: { code: known?.code ?? "runtime-failure", message, hint: known?.hint, stack } });
  }
});
