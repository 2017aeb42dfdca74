import type { LoadedModel } from "../model/load.js";
import { compileAscent, type AscentOptions } from "./compile-ascent.js";
import type { Target } from "./result.js";
import { StepRunner } from "./step-runner.js";

/**
 * The ascent that `maximize` runs for the same arguments, as an ONNX file of its own that begins where the run does: of each
 * picture at the one of its `restarts` that is maximized. Throws as `maximize` does.
 */
export async function exportStep(
  model: LoadedModel,
  objective: Target | readonly Target[],
  options: AscentOptions,
): Promise<Uint8Array> {
  const compiled = await compileAscent(model, objective, options);
  const runner = new StepRunner(model, compiled);
  try {
    return compiled.step.standalone(await runner.begin());
  } finally {
    await runner.release();
  }
}
