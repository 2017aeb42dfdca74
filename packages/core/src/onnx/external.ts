import { valuesRead } from "../ir/inline.js";
import type { Model } from "./model.js";

/** The files beside the model that hold its weights, as the model names them, and how many bytes each must have. */
export function externalFiles({ graph }: Model): Map<string, number> {
  const needed = new Map<string, number>();
  for (const { constant } of [...graph.nodes.flatMap(valuesRead), ...graph.outputs]) {
    if (!constant || !("location" in constant.source)) continue;
    const { location, offset, length } = constant.source;
    needed.set(location, Math.max(needed.get(location) ?? 0, offset + length));
  }
  return needed;
}
