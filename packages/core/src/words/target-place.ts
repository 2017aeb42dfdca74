import type { Places } from "../define/places.js";
import { XstarError } from "../errors.js";
import type { Scanner } from "./scanner.js";

/** How targets in words say where in a layer: `[axis=2]` which axis holds the units, `@3,0-6,*` the place on the others. */

const axisForm = /\[axis=-?\d+\]/y;
/** A comma that does not begin the next parameter. */
const innerComma = /,(?![a-z]\w*=)/iy;
/** The end of a range: digits that are no weight and begin no name. */
const rangeEnd = /-\d+(?!\s*\*|[\w.:/@])/y;
/** All of an axis, which is no product: a comma or the end is behind it. */
const allOfFirst = /\*(?=,(?![a-z]\w*=))/iy;
const allOfLater = /\*(?=[\s,+)^-]|$)/y;

/** A place as the value of a parameter. */
export const placesForm = /(?:\d+(?:-\d+)?|\*)(?:,(?:\d+(?:-\d+)?|\*))*/y;

/** Which axis of a layer holds its units. */
export function takeAxis(scan: Scanner): number | undefined {
  const found = scan.take(axisForm);
  return found === undefined ? undefined : Number(found.slice("[axis=".length, -1));
}

/** What follows an `@`: one or two numbers, or a number, a range or a star for each axis; nothing for the centre. */
export function takePlace(scan: Scanner): { y?: number; x?: number; at?: Places } {
  if (!scan.sees(/\d/y) && !scan.sees(innerComma) && !scan.sees(allOfFirst)) return {};
  const parts: Places[number][] = [];
  do parts.push(takePart(scan, parts.length));
  while (scan.take(innerComma));
  const [y, x, ...rest] = parts;
  if (rest.length > 0 || typeof y !== "number" || (x !== undefined && typeof x !== "number")) return { at: parts };
  return x === undefined ? { y } : { y, x };
}

function takePart(scan: Scanner, i: number): Places[number] {
  if (scan.take(i === 0 ? allOfFirst : allOfLater)) return "*";
  const from = scan.index(["a row number", "a column number"][i] ?? "a number");
  const to = scan.take(rangeEnd)?.slice(1);
  if (to === undefined) return from;
  if (from <= Number(to)) return [from, Number(to)];
  throw new XstarError("bad-argument", `The range ${from}-${to} ends before it begins (${scan.place()})`);
}
