import type { Table } from "../define/definition.js";
import type { StartGiven } from "../define/recipe.js";
import type { Spec } from "../define/spec.js";
import type { StartDefinition } from "../define/start.js";
import { XstarError } from "../errors.js";

/**
 * Words and numbers that stand for a start: `ones`, `zeros`, `0.5`, `uniform`, `normal`, `natural`, `random`, or a type of
 * `table`.
 *
 * @example
 * asStart("zeros"); // { type: "constant", value: 0 }
 */
export function asStart(start: StartGiven, table: Table<StartDefinition> = {}): Spec<"start"> {
  if (typeof start === "object") return start;
  const words: Readonly<Record<string, Spec<"start">>> = {
    ones: { type: "constant", value: 1 },
    zeros: { type: "constant", value: 0 },
    gray: { type: "constant", value: 0.5 },
    random: { type: "uniform", low: 0, high: 1 },
    uniform: { type: "uniform", low: 0, high: 1 },
    normal: { type: "normal", mean: 0.5, deviation: 0.1 },
    natural: { type: "natural", mean: 0.5, deviation: 0.1 },
  };
  const word = Object.hasOwn(words, start) ? words[start] : undefined;
  if (word) return word;
  if (typeof start === "string" && Object.hasOwn(table, start)) return { type: start };
  const value = Number(start);
  if (start !== "" && Number.isFinite(value)) return { type: "constant", value };
  throw new XstarError("bad-argument", `"${start}" is no start`, {
    hint: `Give one of ${Object.keys(words).join(", ")}, a number, the path of a picture, .npy or .wav file, or FOLDER#INDEX`,
  });
}
