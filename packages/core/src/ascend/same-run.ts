import { XstarError } from "../errors.js";
import type { AscentRecord, Checkpoint, RunIdentity } from "./result.js";

/**
 * Throws `bad-argument` naming the first field in which what a checkpoint says of its run is not what the run is that
 * should go on from it.
 *
 * @example
 * checkSameRun({ steps: 64 }, { steps: 128 }); // throws: steps differ
 */
export function checkSameRun<T extends object>(before: T, now: T): void {
  const field = differingField(before, now);
  if (field === undefined) return;
  const shown = (record: T) => {
    const value = JSON.stringify(record[field as keyof T]) ?? "missing";
    return value.length > longest ? `${value.slice(0, longest)}...` : value;
  };
  throw new XstarError(
    "bad-argument",
    `The checkpoint belongs to another run: its "${field}" is ${shown(before)}, not ${shown(now)}`,
    { hint: "Give the same options as before, or begin again without it" },
  );
}

/**
 * The first field in which two records are not the same as JSON, in whatever order their parts stand; undefined for none.
 *
 * @example
 * differingField({ steps: 64, seed: 1 }, { seed: 1, steps: 128 }); // "steps"
 */
export function differingField(before: object, now: object): string | undefined {
  const [a, b] = [before, now] as Readonly<Record<string, unknown>>[];
  const fields = [...new Set([...Object.keys(now), ...Object.keys(before)])];
  return fields.find((field) => canonical(a![field]) !== canonical(b![field]));
}

/**
 * A value as JSON that is the same for equal values: names of objects in order. Undefined where JSON has no such value.
 *
 * @example
 * canonical({ seed: 1, at: 2 }); // '{"at":2,"seed":1}'
 */
export function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );
}

/** Characters of a value that a sentence repeats. */
const longest = 120;

interface RunToResume {
  readonly record: AscentRecord;
  readonly watched: readonly string[];
  readonly identity: RunIdentity;
  /** Whether its schedule does not depend on the number of all steps. */
  readonly isOpenEnded: boolean;
}

/** Throws `bad-argument` when a run cannot go on from a checkpoint: it may have more steps than before, nothing else. */
export function checkResumes(from: Checkpoint, { record, watched, identity, isOpenEnded }: RunToResume): void {
  const { steps } = record;
  const before = { ...from.record, steps, watch: Object.keys(from.watch), ...from.identity };
  checkSameRun(before, { ...record, watch: watched, ...identity });
  if (from.record.steps === steps) return;
  if (!isOpenEnded) {
    throw new XstarError(
      "bad-argument",
      `The checkpoint is of a run of ${from.record.steps} steps, not ${steps}, and the schedule "${record.schedule.type}" depends on their number`,
      { hint: "Give the same steps as before, or begin again without it" },
    );
  }
  if (from.index > steps) {
    throw new XstarError("bad-argument", `The checkpoint is at step ${from.index}, beyond the ${steps} to be taken`, {
      hint: "Give more steps, or begin again without it",
    });
  }
}
