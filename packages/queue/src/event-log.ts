import { pino, type DestinationStream } from "pino";
import type { WorkEvent } from "./work.js";

/** What is told of a worker: what happens to its jobs, and that its store is away. */
export type LogEvent = WorkEvent | { readonly kind: "store away"; readonly reason: string };

const levels: Readonly<Partial<Record<LogEvent["kind"], "error" | "warn">>> = {
  failed: "error",
  returned: "error",
  "store away": "warn",
  "other versions": "warn",
};

/** Writes what happens to a worker as a line of JSON each, as pino does: `level`, `time`, `msg` and what belongs to it. */
export function createEventLog(version: string, to: DestinationStream): (event: LogEvent) => void {
  const log = pino({ base: { pid: process.pid, version }, formatters: { level: (level) => ({ level }) } }, to);
  return ({ kind, ...facts }) => log[levels[kind] ?? "info"](facts, kind);
}
