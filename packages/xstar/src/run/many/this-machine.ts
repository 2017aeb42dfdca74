import type { Machine } from "@xstar/runs";
import { loadDefinitions } from "../../load-definitions.js";
import { loadModel } from "../../load.js";
import { nodeRuntime } from "../../runtime.js";

/** What runners run on here. */
export const thisMachine: Machine = {
  runtime: (threads) => nodeRuntime({ threads }),
  loadDefinitions,
  loadModel: (from, runtime) => loadModel(from, { runtime }),
};
