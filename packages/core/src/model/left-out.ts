import { XstarError } from "../errors.js";
import type { Model } from "../onnx/model.js";

/** Where a network was cut when it was imported: something that xstar does not support, and all that depends on it, is left out. */
export interface CutPlace {
  readonly why: string;
  readonly hint?: string;
  /** Names of the layers or nodes that are left out because of it. */
  readonly lost: readonly string[];
}

/** The entry of an ONNX file's metadata that says so. */
const entry = "xstar.left_out";

/**
 * What an import writes into the metadata of its result, so that a converted file knows it, too.
 *
 * @example
 * const metadata = new Map(cutMetadata([{ why: "Layer lambda is a program", lost: ["lambda", "output"] }]));
 */
export function cutMetadata(cuts: readonly CutPlace[]): [string, string][] {
  return cuts.length === 0 ? [] : [[entry, JSON.stringify(cuts)]];
}

/**
 * Where the network of a file was cut; nothing where its metadata says nothing that can be read.
 *
 * @example
 * for (const { why, lost } of cutsOf(model.source)) console.log(why, lost);
 */
export function cutsOf({ metadata }: Pick<Model, "metadata">): readonly CutPlace[] {
  try {
    const found: unknown = JSON.parse(metadata.get(entry) ?? "[]");
    return Array.isArray(found) ? found.filter(isCutPlace) : [];
  } catch {
    return [];
  }
}

function isCutPlace(one: unknown): one is CutPlace {
  if (typeof one !== "object" || one === null) return false;
  const { why, hint = "", lost } = one as Partial<Record<keyof CutPlace, unknown>>;
  return typeof why === "string" && typeof hint === "string" && Array.isArray(lost) && lost.every(isName);
}

const isName = (one: unknown): one is string => typeof one === "string";

/** What a target is told that names something which was left out. */
export function leftOut(name: string, { why, hint }: CutPlace): XstarError {
  return new XstarError("unsupported-model", `"${name}" was left out when the model was imported: ${why}`, {
    hint: `${hint === undefined ? "" : `${hint}. `}Layers before it can be targets: xstar inspect lists them`,
    details: { layer: name },
  });
}
