import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { define, type Definition, type DefinitionParts } from "./definition.js";
import type { Built, Fields } from "./fields.js";

/** What a schedule may read. */
export interface ScheduleContext {
  readonly op: Ops;
  /** Number of this step as float32 [], 1 at first. */
  readonly step: Value;
  /** Number of all steps as float32 []. */
  readonly steps: Value;
}

interface ScheduleParts<F extends Fields> {
  /** Whether it is 1 at every step. */
  readonly isConstant?: boolean;
  /** Whether it does not depend on the number of all steps, so that a run can go on beyond it. */
  readonly isOpenEnded?: boolean;
  /** What the learning rate is multiplied with in this step, float32 []. */
  build(params: Built<F>, context: ScheduleContext): Value;
}

/** What `defineSchedule` gives: call it with parameters for a spec. */
// oxlint-disable-next-line typescript/no-explicit-any
export type ScheduleDefinition<F extends Fields = any, Type extends string = string> = Definition<F, "schedule", Type> &
  ScheduleParts<F>;

/**
 * A schedule of your own: how the learning rate changes over the run.
 *
 * @example
 * const halfway = defineSchedule({
 *   type: "halfway",
 *   doc: "The learning rate, and half of it in the second half of the run",
 *   params: {},
 *   build: (_, { op, step, steps }) => op.where(op.less(step, op.mul(steps, 0.5)), op.scalar(1), op.scalar(0.5)),
 * });
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineSchedule<const F extends Fields, const Type extends string>(
  definition: DefinitionParts<F, Type> & ScheduleParts<F>,
): ScheduleDefinition<F, Type> {
  return define("schedule", definition) as never;
}
