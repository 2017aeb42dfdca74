import {
  maximize,
  probability,
  size,
  logit as logitOf,
  ascentVocabulary,
  XstarError,
  type Checkpoint,
  type MaximizeOptions,
  type Spec,
  type Step,
} from "@xstar/core";
import { createFrames, planAscent, type Ascent, type Plan } from "@xstar/runs";
import { modelOf, type OpenModel } from "./models.js";
import type { RunEnd, RunFacts, RunNews, RunRequest, StepNews } from "./protocol.js";

/** A run that was made here, for what is asked about it afterwards. */
export interface MadeRun {
  readonly model: OpenModel;
  readonly plan: Plan;
  readonly ascent: Ascent;
  readonly last: Checkpoint;
}

const made = new Map<string, MadeRun>();
const gates = new Map<string, Gate>();

/** Runs that are kept: what is older can be made again. */
const mostKept = 24;

/** Numbers in all pictures of a run that fit into any tab. */
const manyNumbers = 1e6;

/** Throws `bad-argument` for one that was not finished here. */
export function runOf(id: string): MadeRun {
  const run = made.get(id);
  if (run) return run;
  throw new XstarError("bad-argument", "This run was not finished in this tab", {
    hint: "Run it again: its address has all it needs",
  });
}

export const forgetRuns = (ids: readonly string[]) => ids.forEach((id) => made.delete(id));

interface Gate {
  open: Promise<void>;
  release(): void;
}

/** Lets a run wait after its step, or go on. */
export function pauseRun(id: string, isPaused: boolean): void {
  gates.get(id)?.release();
  gates.delete(id);
  if (!isPaused) return;
  let release = () => {};
  const open = new Promise<void>((resolve) => {
    release = resolve;
  });
  gates.set(id, { open, release });
}

/** Plans, climbs, and keeps what came of it under `id`. Throws as `planAscent` and `maximize` do. */
export async function makeRun(
  id: string,
  request: RunRequest,
  tell: (news: RunNews, transfer?: Transferable[]) => void,
  signal: AbortSignal,
): Promise<RunEnd> {
  const model = modelOf(request.model);
  const { file, files, facts } = model;
  if (request.files) files.add(request.files);
  // what pictures carry is of no use before one is dropped
  const records = request.from === undefined ? undefined : await import("./records.js");
  const from = await records?.recordIn(model, request.from!);
  // a record's model is this one, wherever it was
  const path = from?.record.model.path ?? facts.path;
  if (path !== facts.path) files.add([{ path, bytes: await files.read(facts.path) }]);
  const before = request.resume === undefined ? undefined : runOf(request.resume);
  const flags = before ? { ...request.flags } : request.flags;
  const isRecords = from && request.targets.join("\n") === from.record.pictures.map(({ target }) => target).join("\n");
  const plan = await planAscent(file, isRecords ? [] : request.targets, withSize(flags, model), {
    path,
    files,
    vocabulary: ascentVocabulary,
    from,
    onWarning: (warning) => tell({ warning }),
  });
  if (size(plan.shape) > manyNumbers) await (await import("./room.js")).checkRoom(file, plan);
  const watch = watchFor(plan, request.watchClasses);
  const options: MaximizeOptions = {
    ...plan.options,
    watch,
    signal,
    ...(before && { resume: before.last, steer: request.isSteered }),
  };
  const frames = createFrames(64, before?.ascent.frames.state);
  const startedAt = performance.now();
  const run = maximize(file, plan.objectives, options);
  let last: Step | undefined;
  for await (const step of run) {
    if (!last) {
      const checkpoint = step.checkpoint();
      const facts = describe(id, plan, checkpoint, Object.keys(watch));
      tell({ planned: from ? { ...facts, record: checkpoint.record } : facts });
    }
    last = step;
    if (!before || step.index > before.last.index) frames.add(step);
    const news = newsOf(step);
    tell({ step: news }, [news.pictures.buffer]);
    await gates.get(id)?.open;
  }
  gates.delete(id);
  const result = await run.result;
  const { ascentOf } = await import("./outcome.js");
  const ascent = await ascentOf(model, plan, { result, frames, seconds: (performance.now() - startedAt) / 1000 });
  made.set(id, { model, plan, ascent, last: result.last.checkpoint() });
  for (const oldest of [...made.keys()].slice(0, Math.max(0, made.size - mostKept))) made.delete(oldest);
  const { ended, warnings, divergedAt, redirected, record } = result;
  return {
    ended,
    warnings,
    divergedAt,
    redirected,
    top: ascent.top,
    canGoOn: record.schedule.type === "constant" && ended !== "diverged",
    isSame: before ? undefined : from && records!.repeats(from, ascent),
  };
}

export const withSize = (flags: RunRequest["flags"], { sides }: OpenModel): RunRequest["flags"] =>
  sides && !flags.size ? { ...flags, size: sides } : flags;

/** The class that an objective is about; undefined for other objectives. */
function classOf({ type, class: digit }: Spec): number | undefined {
  const isOfClass = type === "logit" || type === "probability" || type === "crossEntropy";
  return isOfClass && typeof digit === "number" ? digit : undefined;
}

function watchFor({ targets }: Plan, classes: number | undefined): Record<string, Spec<"objective">[]> {
  const digits = targets.map(classOf);
  const own = digits.every((digit) => digit !== undefined)
    ? {
        confidence: digits.map((digit) => probability({ class: digit })),
        logit: digits.map((digit) => logitOf({ class: digit })),
      }
    : {};
  const all = Array.from({ length: classes ?? 0 }, (_, k) => [`p${k}`, targets.map(() => probability({ class: k }))]);
  return { ...own, ...Object.fromEntries(all) };
}

function describe(id: string, plan: Plan, { record }: Checkpoint, watched: readonly string[]): RunFacts {
  const { steps, shape, optimizer, parameterization, schedule, transforms, assumed, clip, steered = [] } = record;
  return {
    id,
    jobs: plan.jobs,
    steps,
    shape,
    holds: plan.holds,
    names: { optimizer: optimizer.type, parameterization: parameterization.type, schedule: schedule.type },
    transforms: transforms.map(({ type }) => type),
    assumed,
    watched,
    live: { targets: plan.targets, optimizer, clip },
    steered: steered.map(({ after }) => after),
    isGradientFree: record.gradientFree !== undefined,
  };
}

function newsOf({ index, objective, watch, gradientNorm, picture }: Step): StepNews {
  return {
    index,
    objective: Array.from(objective),
    gradientNorm: Array.from(gradientNorm),
    watch: Object.fromEntries(Object.entries(watch).map(([name, values]) => [name, Array.from(values)])),
    pictures: Float32Array.from(picture.data as Float32Array),
    pictureShape: picture.shape,
  };
}
