import { runAscent, type AscentResult, type CompiledAscent, type Step } from "@xstar/core";
import type { Frames, ModelFile, Plan, SavedAscent } from "@xstar/runs";
import { drawingOf, formatNumber, pictureOf, type RunFacts } from "@xstar/results";
import { prepareFolder } from "../files/folder.js";
import { createLiveView } from "../terminal/live-view.js";
import { checkpointFile, createCheckpoints } from "./checkpoints.js";

export interface RunPlanOptions {
  readonly facts: RunFacts;
  /** The plan's, compiled when it is first asked for. */
  compiled(): Promise<CompiledAscent>;
  readonly frames: Frames;
  readonly folder: string;
  /** Where an earlier run stopped. */
  readonly saved: SavedAscent | undefined;
  readonly signal: AbortSignal;
  /** Steps between checkpoints. */
  readonly every: number | undefined;
  /** Seconds that the run has taken. */
  seconds(): number;
}

/** Takes the steps of a plan: shows them, keeps frames, writes checkpoints into the folder. */
export async function runPlan(model: ModelFile, plan: Plan, options: RunPlanOptions): Promise<AscentResult> {
  const { facts, compiled, frames, folder, saved, every, seconds } = options;
  const stop = new AbortController();
  const run = runAscent(model, compiled, {
    ...plan.options,
    signal: AbortSignal.any([options.signal, stop.signal]),
    ...(saved && { resume: saved.checkpoint }),
  });
  const checkpoints = createCheckpoints({ path: checkpointFile(folder), facts, frames, every, seconds });
  const show = createView(plan);
  let before: Step | undefined;
  try {
    for await (const step of run) {
      if (before) await checkpoints.afterStep(before);
      else await prepareFolder(folder);
      before = step;
      frames.add(step);
      show.step(step);
      if (step.index === plan.stopAfter) stop.abort();
    }
    const result = await run.result;
    if (result.ended === "aborted") await checkpoints.write(result.last);
    return result;
  } finally {
    if (before) show.done();
  }
}

/** The live view of a run: how far it is, and its pictures where the terminal can show them. */
function createView({ jobs, options, shape, holds }: Plan) {
  const several = jobs.length > 1;
  const view = createLiveView({ stream: process.stderr, label: "maximize", total: options.steps ?? 0, several });
  const drawing = drawingOf(shape, holds);
  const draw = ({ picture }: Step) =>
    jobs.map(({ slug }, i) => ({ picture: drawing.raw(pictureOf(picture, i)), caption: several ? slug : "" }));
  return {
    step(step: Step) {
      const mean = step.objective.reduce((a, b) => a + b) / step.objective.length;
      const facts = `${several ? "mean activation" : "activation"} ${formatNumber(mean)}`;
      view.update(step.index, facts, () => (drawing.isDrawable ? draw(step) : []));
    },
    done: () => view.done(),
  };
}
