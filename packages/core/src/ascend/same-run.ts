import { XstarError } from "../errors.js";
import type { AscentRecord, Checkpoint, RunIdentity, Steering, SteeredField } from "./result.js";

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

const steeredFields: readonly SteeredField[] = [
  "objectives",
  "optimizer",
  "schedule",
  "clip",
  "transforms",
  "keep",
  "patience",
];

/** The record of a run that goes on from a checkpoint: it keeps what other settings there were. */
export function recordAfter({ record: before, index }: Checkpoint, now: AscentRecord): AscentRecord {
  const changed = steeredFields.filter((field) => canonical(before[field]) !== canonical(now[field]));
  const was = Object.fromEntries(changed.map((field) => [field, before[field]])) as Steering["before"];
  const steered = [...(before.steered ?? []), ...(changed.length > 0 ? [{ after: index, before: was }] : [])];
  return { ...now, ...(steered.length > 0 && { steered }) };
}

interface RunToResume {
  readonly record: AscentRecord;
  readonly watched: readonly string[];
  readonly identity: RunIdentity;
  /** Whether its schedule does not depend on the number of all steps. */
  readonly isOpenEnded: boolean;
  /** Whether settings may be others, as long as the graph is the same. */
  readonly isSteered: boolean;
}

/**
 * Throws `bad-argument` when a run cannot go on from a checkpoint: it may have more steps than before, and other settings where it is
 * steered, nothing else.
 */
export function checkResumes(
  from: Checkpoint,
  { record, watched, identity, isOpenEnded, isSteered }: RunToResume,
): void {
  const { steps } = record;
  const ours = Object.fromEntries(isSteered ? steeredFields.map((field) => [field, record[field]]) : []);
  const before = { ...from.record, ...ours, steps, watch: Object.keys(from.watch), ...from.identity };
  checkSameRun<object>(before, { ...record, steered: from.record.steered, watch: watched, ...identity });
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
