import { XstarError } from "../errors.js";
import type { Field } from "./fields.js";

/** For each axis a number, a range with both ends, or `*` for all. */
export type Places = readonly (number | readonly [number, number] | "*")[];

/** Parts of some axes: as text `3,0-6,*`, as JSON `[3, [0, 6], "*"]`. */
export function places(doc: string): Field<Places> {
  return {
    kind: "places",
    doc,
    parse(x, name) {
      const parts = typeof x === "string" ? x.split(",").map(readPart) : x;
      if (Array.isArray(parts) && parts.length > 0 && parts.every(isPart)) return parts as Places;
      throw new XstarError(
        "bad-argument",
        `"${name}" must be a number, a range or * for each axis, such as 3,0-6: current value is ${JSON.stringify(x)}`,
      );
    },
  };
}

function readPart(text: string): Places[number] | undefined {
  const [, from, to] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(text) ?? [];
  if (from === undefined) return text.trim() === "*" ? "*" : undefined;
  return to === undefined ? Number(from) : [Number(from), Number(to)];
}

function isPart(x: unknown): boolean {
  const isIndex = (one: unknown) => Number.isSafeInteger(one) && (one as number) >= 0;
  return x === "*" || isIndex(x) || (Array.isArray(x) && x.length === 2 && x.every(isIndex) && x[0] <= x[1]);
}
