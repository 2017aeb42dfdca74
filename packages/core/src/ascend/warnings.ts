import type { LoadedModel } from "../model/load.js";
import type { AscentResult } from "./options.js";

/** What a person should know before trusting the picture, in sentences. */
export function warningsOf(_model: LoadedModel, _result: Omit<AscentResult, "warnings">): string[] {
  return [];
}
