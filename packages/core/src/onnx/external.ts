import type { Value } from "../ir/graph.js";
import { valuesRead } from "../ir/inline.js";
import type { Model } from "./model.js";

/** A constant whose bytes lie in another file. */
export interface ExternalConstant {
  readonly value: Value;
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * The constants that lie in files beside the model, by file, in the order of their places.
 *
 * @example
 * const files = [...externalConstants(model.source).keys()]; // names of the files beside the model
 */
export function externalConstants({ graph }: Model): Map<string, ExternalConstant[]> {
  const files = new Map<string, ExternalConstant[]>();
  for (const value of new Set([...graph.nodes.flatMap(valuesRead), ...graph.outputs])) {
    if (!value.constant || !("location" in value.constant.source)) continue;
    const { location, offset, length } = value.constant.source;
    files.set(location, [...(files.get(location) ?? []), { value, location, offset, length }]);
  }
  for (const constants of files.values()) constants.sort((a, b) => a.offset - b.offset);
  return files;
}
