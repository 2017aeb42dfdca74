import {
  lookUp,
  printWords,
  type fields,
  type InputKind,
  type Shape,
  type Spec,
  type StartGiven,
  type Vocabulary,
} from "@xstar/core";
import { endingOf, type FileReference, type FoundRecord } from "@xstar/results";
import type { BaseOptions } from "./base-options.js";
import { readStart, startPath } from "./read-start.js";
import type { Store } from "./store.js";

export interface PlannedStarts {
  /** In the words of the command line; null where the parameterization begins by itself. */
  readonly texts: readonly (string | null)[];
  readonly specs: readonly Spec<"start">[] | undefined;
  readonly references: Readonly<Record<string, FileReference>>;
}

interface StartSources {
  /** Of a picture, without the batch. */
  readonly shape: Shape;
  /** What the input holds, where it is no picture. */
  readonly holds: InputKind | undefined;
  readonly files: Store;
  readonly vocabulary: Vocabulary;
  onWarning(sentence: string): void;
  readonly from?: FoundRecord | undefined;
  /** Whether a start may have an opacity. */
  readonly isTransparent: boolean;
}

/** The starts that flags name, or those of the base. */
export async function planStarts(
  init: readonly string[] | undefined,
  { options: base }: BaseOptions,
  { shape, holds, files, vocabulary, from, onWarning, isTransparent }: StartSources,
): Promise<PlannedStarts> {
  const references: Record<string, FileReference> = {};
  const read = async (text: string) => {
    const path = startPath(text);
    if (path !== undefined) references[path] = await files.reference(path);
    return readStart(
      text,
      { shape, holds },
      { files, vocabulary, onWarning },
      path === undefined ? undefined : await files.locate(path),
    );
  };
  if (init) {
    const texts = await Promise.all(
      init.map((text) => exact(text, files, { shape: isTransparent ? undefined : shape, onWarning })),
    );
    return { texts, specs: await Promise.all(texts.map(read)), references };
  }
  if (base.start === undefined) return { texts: [null], specs: undefined, references };
  const given = [base.start].flat() as readonly StartGiven[];
  const specs = await Promise.all(
    given.map((start, i) => {
      if (typeof start !== "object") return read(String(start));
      // a record has the path of a picture, not its numbers
      return from && holdsNumbers(vocabulary, start) ? read(from.record.pictures[i]?.start ?? "") : start;
    }),
  );
  const texts = given.map(
    (start, i) =>
      from?.record.pictures[i]?.start ??
      (typeof start === "object" ? printWords(vocabulary, "start", start) : String(start)),
  );
  const isOne = new Set(texts).size === 1;
  return isOne ? { texts: texts.slice(0, 1), specs: specs.slice(0, 1), references } : { texts, specs, references };
}

/**
 * The start with the numbers of a picture that xstar made, where they are and of the shape that is needed; a warning where
 * they are not there.
 */
async function exact(
  text: string,
  files: Store,
  { shape, onWarning }: { readonly shape: Shape | undefined; onWarning(sentence: string): void },
): Promise<string> {
  if (!mayCarryRecord(text)) return text;
  const { numbersBeside } = await import("./numbers-beside.js");
  const beside = await numbersBeside(text, files, shape);
  if (!beside) return text;
  if ("numbers" in beside) return beside.numbers;
  onWarning(
    `"${text}" is a run's picture drawn as colours: what was below black, above white or between two of 256 levels is lost (${beside.missing}, which "xstar maximize --from" writes, is not beside it)`,
  );
  return text;
}

/** Whether a file may be a picture that xstar made. */
const mayCarryRecord = (path: string) => [".png", ".webp"].includes(endingOf(path));

function holdsNumbers({ start: table }: Vocabulary, start: Spec): boolean {
  return Object.values(lookUp(table, start, "start").params as fields.Fields).some(({ isData }) => isData);
}
