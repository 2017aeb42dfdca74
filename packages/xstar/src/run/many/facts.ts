import type { MaximizeOptions } from "@xstar/core";
import type { ModelFile } from "@xstar/runs";
import { sha256Of } from "@xstar/results";
import { version } from "../../version.js";
import type { ManyFacts } from "./write-picture.js";

/** What pictures carry when nobody knows from which files their options are. */
export function factsOf(
  { path = "", source, precision }: ModelFile,
  { start }: MaximizeOptions,
  threads: number,
): ManyFacts {
  const sha256 = sha256Of(source.bytes);
  return {
    run: {
      xstar: version,
      threads,
      ...(precision && { precision }),
      recipe: null,
      model: { path, sha256, weights: [] },
      models: {},
      generators: {},
      images: {},
      starts: {},
      inputs: {},
    },
    start: startName(start),
  };
}

function startName(start: MaximizeOptions["start"]): string | null {
  if (start === undefined) return null;
  if (typeof start !== "object") return String(start);
  return "type" in start ? start.type : startName(start[0]);
}
