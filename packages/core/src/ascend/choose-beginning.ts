import type { Tensors } from "../define/definition.js";
import type { CompiledAscent } from "./compile-ascent.js";
import type { Processor } from "./processor.js";
import { hasRows, withRowsOfAll } from "./rows.js";

/** The state before the first step: of each picture the try on which its objective is the largest. */
export async function chooseBeginning({ step, record, begin }: CompiledAscent, processor: Processor): Promise<Tensors> {
  let chosen = begin(0);
  const random = step.sample(0);
  const batch = record.objectives.length;
  // the number of the step is no variable
  const areOne = Object.values(chosen).some((t) => t.shape.length > 0 && !hasRows(t, batch));
  const trial = await processor.open({ bytes: step.trial(), files: step.files });
  try {
    let values = record.objectives.map(() => -Infinity);
    for (let attempt = 0; attempt < record.restarts; attempt++) {
      const state = begin(attempt);
      // the objective is all that a trial gives
      const [measured] = Object.values(await trial.run({ ...state, ...step.settings, ...random }));
      const objective = Array.from(measured!.data as Float32Array);
      const better = areBetter(objective, values, areOne);
      values = values.map((value, k) => (better[k] ? objective[k]! : value));
      chosen = withRowsOfAll(chosen, state, better);
    }
  } finally {
    await trial.release();
  }
  return chosen;
}

/** Which pictures a try is better for: all of them or none where they share variables. */
function areBetter(now: readonly number[], before: readonly number[], areOne: boolean): boolean[] {
  if (!areOne) return now.map((value, k) => value > before[k]!);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b);
  return now.map(() => sum(now) > sum(before));
}
