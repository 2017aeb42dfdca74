import { XstarError } from "../errors.js";

/**
 * Throws `bad-argument` naming the first field in which what a checkpoint says of its run is not what the run is that
 * should go on from it.
 */
export function checkSameRun<T extends object>(before: T, now: T): void {
  const fields = Object.keys(now) as (keyof T & string)[];
  const text = (record: T, field: keyof T) => JSON.stringify(record[field]) ?? "missing";
  const field = fields.find((one) => text(before, one) !== text(now, one));
  if (field === undefined) return;
  const shown = (record: T) => {
    const value = text(record, field);
    return value.length > longest ? `${value.slice(0, longest)}...` : value;
  };
  throw new XstarError(
    "bad-argument",
    `The checkpoint belongs to another run: its "${field}" is ${shown(before)}, not ${shown(now)}`,
    { hint: "Give the same options as before, or begin again without it" },
  );
}

/** Characters of a value that a sentence repeats. */
const longest = 120;
