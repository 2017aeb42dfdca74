import type { Value } from "./graph.js";
import { valuesRead } from "./inline.js";

/** Values that a value is computed from, with itself. */
export function ancestorsOf(value: Value): Set<Value> {
  const found = new Set([value]);
  for (const one of found) if (one.node) for (const read of valuesRead(one.node)) found.add(read);
  return found;
}
