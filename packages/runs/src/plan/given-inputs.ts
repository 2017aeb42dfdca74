import { tensor, type GivenInputs, type HeldInput, type Model, type ModelRecord } from "@xstar/core";
import type { FileReference } from "@xstar/results";
import type { Store } from "./store.js";

/** What `--input` says, for the model itself and for those that other flags name. */
export interface InputTexts {
  readonly own: readonly string[];
  /** `name=value` by the name of the model, as `NAME::name=value` has it. */
  readonly further: ReadonlyMap<string, readonly string[]>;
}

/** Tells the inputs of the model from those of further ones. */
export function splitInputs({ inputs }: Model, texts: readonly string[]): InputTexts {
  const isOwn = (text: string) => !text.includes("::") || inputs.some(({ name }) => text.startsWith(`${name}=`));
  const further = new Map<string, string[]>();
  for (const text of texts.filter((one) => !isOwn(one))) {
    const at = text.lastIndexOf("::");
    const name = text.slice(0, at);
    further.set(name, [...(further.get(name) ?? []), text.slice(at + 2)]);
  }
  return { own: texts.filter(isOwn), further };
}

/** What inputs held in an earlier run. */
export interface EarlierInputs {
  readonly given: GivenInputs;
  /** Those that were files, by the inputs' names. */
  readonly files: Readonly<Record<string, FileReference>>;
}

/** What a record says of a model's inputs; `prefix` goes before their names in its list of files. */
export function earlierInputs(
  { inputs }: ModelRecord,
  files: Readonly<Record<string, FileReference>>,
  prefix = "",
): EarlierInputs {
  const own: Record<string, FileReference> = {};
  const given: Record<string, HeldInput> = {};
  for (const [name, held] of Object.entries(inputs)) {
    const file = files[prefix + name];
    if (file) own[name] = file;
    else if (typeof held === "number" || "drawn" in held || "maximized" in held) given[name] = held;
    else if (held.values) given[name] = tensor("float64", [...held.values], held.shape);
  }
  return { given, files: own };
}

export interface ReadInputs {
  readonly inputs: GivenInputs;
  /** The input that is to be maximized, where a text says so; of several the first one, the others are among `inputs`. */
  readonly maximized: string | undefined;
  /** The files among them, by the inputs' names. */
  readonly inputFiles: Readonly<Record<string, FileReference>>;
}

export interface ReadInputsOptions {
  readonly files: Pick<Store, "locate" | "reference" | "read">;
  readonly earlier?: EarlierInputs | undefined;
  /** Decides random numbers. @default 0 */
  readonly seed?: number | undefined;
}

/**
 * What inputs hold: `phase=0`, `scale=1,2,0.5`, `onehot=one-hot:3` (a 1 at 3 and zeros; `one-hot:3,5` a row for each picture),
 * `onehot=3.npy`, `noise=normal` or `uniform` (drawn at random, once for a run), `x=maximize` (what is maximized, one or
 * several together: `ids=embed` where it has vectors in the place of tokens); those that no text names hold what they held before. Throws `bad-argument`, and for files what reading them
 * does.
 */
export async function readInputs(
  model: Model,
  texts: readonly string[],
  options: ReadInputsOptions,
): Promise<ReadInputs> {
  if (texts.length === 0 && !options.earlier) return { inputs: {}, maximized: undefined, inputFiles: {} };
  const { readTexts } = await import("./read-inputs.js");
  return readTexts(model, texts, options);
}
