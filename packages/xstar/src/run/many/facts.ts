import type { MaximizeOptions } from "@xstar/core";
import type { ModelFile } from "@xstar/runs";
import { referencesOnDisk } from "../../record/references-on-disk.js";
import { version } from "../../version.js";
import type { ManyFacts } from "./write-picture.js";

/** What pictures carry of a call of the library, by which they can be made again. */
export async function factsOf(
  model: ModelFile,
  options: MaximizeOptions,
  { threads, use }: { readonly threads: number; readonly use?: readonly string[] | undefined },
): Promise<ManyFacts> {
  const { precision } = model;
  return {
    run: {
      xstar: version,
      threads,
      ...(precision && { precision }),
      recipe: null,
      ...(await referencesOnDisk(model, options, use)),
    },
    start: startName(options.start),
  };
}

function startName(start: MaximizeOptions["start"]): string | null {
  if (start === undefined) return null;
  if (typeof start !== "object") return String(start);
  return "type" in start ? start.type : startName(start[0]);
}
