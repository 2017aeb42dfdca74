import type { Shape, Spec } from "@xstar/core";
import type { FileReference, SourceFiles } from "../record/file-reference.js";
import type { FoundRecord } from "../record/picture-files.js";
import type { BaseOptions } from "./base-options.js";
import { isStartFile, readStart } from "./read-start.js";

export interface PlannedStarts {
  /** In the words of the command line; null where the parameterization begins by itself. */
  readonly texts: readonly (string | null)[];
  readonly specs: readonly Spec[] | undefined;
  readonly references: Readonly<Record<string, FileReference>>;
}

interface StartSources {
  /** Of a picture, without the batch. */
  readonly shape: Shape;
  readonly files: SourceFiles;
  readonly from?: FoundRecord | undefined;
}

/** The starts that flags name, or those of the base. */
export async function planStarts(
  init: readonly string[] | undefined,
  { options: base }: BaseOptions,
  { shape, files, from }: StartSources,
): Promise<PlannedStarts> {
  const references: Record<string, FileReference> = {};
  const read = async (text: string) => {
    if (isStartFile(text)) references[text] = await files.reference(text);
    return readStart(text, shape, isStartFile(text) ? await files.locate(text) : text);
  };
  if (init) return { texts: init, specs: await Promise.all(init.map(read)), references };
  if (base.start === undefined) return { texts: [null], specs: undefined, references };
  const given = [base.start].flat() as readonly (string | number | Spec)[];
  const specs = await Promise.all(
    given.map((start, i) => {
      if (typeof start !== "object") return read(String(start));
      // a record has the path of a picture, not its numbers
      return start.type === "array" && from ? read(from.record.pictures[i]?.start ?? "") : start;
    }),
  );
  const texts = given.map((start, i) => from?.record.pictures[i]?.start ?? nameOf(start));
  const isOne = new Set(texts).size === 1;
  return isOne ? { texts: texts.slice(0, 1), specs: specs.slice(0, 1), references } : { texts, specs, references };
}

const nameOf = (start: string | number | Spec) => (typeof start === "object" ? start.type : String(start));
