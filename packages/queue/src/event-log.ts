import { pino, type DestinationStream } from "pino";
import type { WorkEvent } from "./work.js";

const levels: Readonly<Partial<Record<WorkEvent["kind"], "error" | "warn">>> = {
  failed: "error",
  "store away": "warn",
  "other versions": "warn",
};

/** Writes what happens to a worker as a line of JSON each, as pino does: `level`, `time`, `msg` and what belongs to it. */
export function createEventLog(version: string, to: DestinationStream): (event: WorkEvent) => void {
  const log = pino({ base: { pid: process.pid, version }, formatters: { level: (level) => ({ level }) } }, to);
  return ({ kind, ...facts }) => log[levels[kind] ?? "info"](facts, kind);
}
