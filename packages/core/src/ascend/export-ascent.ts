import { XstarError } from "../errors.js";
import type { LoadedModel } from "../model/load.js";
import { compileAscent, type AscentOptions, type CompiledAscent } from "./compile-ascent.js";
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
  return exportCompiled(model, await compileAscent(model, objective, options));
}

/**
 * As `exportAscent`, of an ascent that is compiled already.
 *
 * @example
 * const bytes = await exportCompiled(model, await compileAscent(model, "conv2:7"));
 */
export async function exportCompiled(model: LoadedModel, compiled: CompiledAscent): Promise<Uint8Array> {
  if (compiled.record.gradientFree)
    throw new XstarError("bad-argument", "An ascent without gradients is no single graph that could be exported", {
      hint: "Leave out gradientFree (--gradient-free), where the target has a gradient",
    });
  const runner = new StepRunner(model, compiled);
  try {
    return compiled.step.standalone(await runner.begin());
  } finally {
    await runner.release();
  }
}
