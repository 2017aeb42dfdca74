import { formatDuration } from "@xstar/results";
import { printable } from "./printable.js";
import { clipText } from "./width.js";

/** The part of a writable stream that a progress bar needs (`process.stderr` has it). */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a progress line is called, and where it is written. */
export interface ProgressOptions {
  readonly stream: ProgressStream;
  readonly label: string;
  /** How many steps the work has; 0 if unknown. */
  readonly total: number;
  /** Milliseconds; only differences count. */
  readonly now?: () => number;
}

/** How far a long job is, as people see it. */
export interface Progress {
  /** `done` steps of the total are finished; `facts` is shown as it is: "loss 0.12 · accuracy 97.1 %". */
  update(done: number, facts?: string): void;
  /** The work is over: leaves one line with the last facts and the time. */
  done(): void;
}

const redrawMs = 100;
const lineMs = 10_000;
const smoothingMs = 5_000;
const barWidth = 20;

/**
 * How far a long job is: on a terminal one line, redrawn at most ten times a second; in a log a line about every 10
 * seconds or 10 %. Never throws, so that a closed pipe does not stop the work.
 *
 * @example
 * const progress = createProgress({ stream: process.stderr, label: "conv2", total: 64 });
 * progress.update(12, "objective 3.1");
 * progress.done();
 */
export function createProgress({ stream, label, total, now = () => performance.now() }: ProgressOptions): Progress {
  const isTTY = stream.isTTY === true;
  const startedAt = now();
  const speedOf = createSpeed();
  let shown = { at: Number.NEGATIVE_INFINITY, percent: 0 };
  let latestFacts = "";
  let isOver = false;

  const print = (parts: readonly string[], isLast: boolean) => {
    const line = printable(parts.filter(Boolean).join("  "));
    try {
      if (isTTY)
        stream.write(`\r\x1b[2K${clipText(line, Math.max(0, (stream.columns || 80) - 1))}${isLast ? "\n" : ""}`);
      else stream.write(`${line}\n`);
    } catch {
      // Nobody is listening any more.
    }
  };

  return {
    update(done, facts = "") {
      if (isOver) return;
      const at = now();
      const speed = speedOf(done, at);
      const secondsLeft = speed && total > 0 ? Math.max(0, total - done) / speed : undefined;
      latestFacts = facts;
      const percent = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0;
      const waited = at - shown.at;
      const isDue = isTTY ? waited >= redrawMs : waited >= lineMs || (percent >= shown.percent + 10 && waited >= 1000);
      if (!isDue) return;
      shown = { at, percent };
      const share = total > 0 ? `${isTTY ? `${bar(percent)} ` : ""}${String(percent).padStart(3)} %` : String(done);
      const left = secondsLeft === undefined ? "" : `${formatDuration(Math.ceil(secondsLeft))} left`;
      print([label, share, facts, left], false);
    },
    done() {
      if (isOver) return;
      isOver = true;
      print([label, latestFacts, formatDuration((now() - startedAt) / 1000)], true);
    },
  };
}

/** Steps a second, over about the last five seconds, counted from the first update; undefined until there is one. */
export function createSpeed(): (done: number, at: number) => number | undefined {
  let last: { readonly done: number; readonly at: number } | undefined;
  let [work, time] = [0, 0];
  return (done, at) => {
    last ??= { done, at };
    const elapsed = at - last.at;
    const kept = Math.exp(-elapsed / smoothingMs);
    work = work * kept + done - last.done;
    time = time * kept + elapsed;
    last = { done, at };
    return work <= 0 || time <= 0 ? undefined : (1000 * work) / time;
  };
}

function bar(percent: number): string {
  const filled = Math.round((barWidth * percent) / 100);
  return "█".repeat(filled) + "░".repeat(barWidth - filled);
}
