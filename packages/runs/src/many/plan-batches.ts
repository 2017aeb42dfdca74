import {
  activationBytes,
  compileAscent,
  XstarError,
  type AscentRecord,
  type LoadedModel,
  type MaximizeOptions,
  type Spec,
} from "@xstar/core";
import { besides, megabytes, peakOverActivations } from "../plan/memory.js";

/** How many threads maximize batches of how many targets. */
export interface BatchPlan {
  readonly jobs: number;
  readonly batch: number;
  /** Of the first target, alone. */
  readonly record: AscentRecord;
  /** Of the activations of one picture. */
  readonly bytes: number;
}

export interface BatchOptions {
  /** Of the machine. */
  readonly cores: number;
  /** Bytes that nobody uses. */
  readonly free: number;
  /** Bytes that all threads together may take. @default half of what is free */
  readonly memory?: number | undefined;
  /** Threads that maximize. @default as many as the cores have threads for */
  readonly jobs?: number | undefined;
  /** Threads of ONNX Runtime for each of them. @default 1 */
  readonly threads?: number | undefined;
  /** Targets of a batch, where it is settled. */
  readonly batch?: number | undefined;
}

/** Batches pay where calling costs as much as computing; beyond this size they only grow. */
const usefulBytes = 64e6;
const usefulBatch = 8;

/** Finds out what one picture needs, by compiling its step. Throws `bad-argument` when not even one fits in the memory. */
export async function planBatches(
  model: LoadedModel,
  objectives: readonly Spec<"objective">[],
  ascent: MaximizeOptions,
  options: BatchOptions,
): Promise<BatchPlan> {
  const compiled = await compileAscent(model, objectives.slice(0, 1), ascent);
  const { step, record } = compiled;
  const picture = activationBytes(step.graph);
  // a plateau is waited for by the whole batch, and shared variables belong to all of it
  const mayBatch = 2 * picture <= usefulBytes && ascent.patience === undefined;
  const isSeparable = mayBatch && !(await sharesVariables(model, objectives, ascent));
  const fitted = fitBatches({
    picture,
    thread: besides(compiled),
    targets: objectives.length,
    isSeparable,
    free: options.free,
    memory: options.memory,
    jobs: options.jobs ?? Math.max(1, Math.floor(options.cores / (options.threads ?? 1))),
    batch: options.batch,
  });
  return { ...fitted, record, bytes: picture };
}

/** Whether one variable serves several pictures. */
async function sharesVariables(
  model: LoadedModel,
  [first, second]: readonly Spec<"objective">[],
  ascent: MaximizeOptions,
): Promise<boolean> {
  if (!first || !second) return false;
  const { step, start } = await compileAscent(model, [first, second], ascent);
  return Object.values(step.begin(start)).some(({ shape }) => shape.length > 0 && shape[0] !== 2);
}

/** Targets in batches of at most `length`, in order; a batch has objectives of one kind, which share their graph. */
export function inBatches<T extends { readonly objective: Spec }>(targets: readonly T[], length: number): T[][] {
  const batches: T[][] = [];
  let kind: string | undefined;
  for (const target of targets) {
    const own = kindOf(target.objective);
    const last = batches.at(-1);
    if (last && kind === own && last.length < length) last.push(target);
    else batches.push([target]);
    kind = own;
  }
  return batches;
}

/** Things in lists of at most `length`, in order. */
export function inBatchesOf<T>(things: readonly T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(things.length / length) }, (_, i) =>
    things.slice(i * length, (i + 1) * length),
  );
}

/** An objective without its numbers. */
function kindOf(objective: Spec): string {
  return JSON.stringify(objective, (_, value: unknown) => (typeof value === "number" ? 0 : value));
}

interface Needs {
  /** Bytes of the activations of one picture. */
  readonly picture: number;
  /** Bytes of a thread besides. */
  readonly thread: number;
  readonly targets: number;
  /** Whether pictures of a batch do not depend on each other. */
  readonly isSeparable: boolean;
  /** Bytes that nobody uses. */
  readonly free: number;
  /** Bytes; half of what is free when undefined. */
  readonly memory: number | undefined;
  readonly jobs: number;
  readonly batch: number | undefined;
}

/** Smaller batches go before fewer threads: threads are what makes it fast. */
export function fitBatches({
  picture,
  thread,
  targets,
  isSeparable,
  free,
  memory,
  jobs: most,
  batch: settled,
}: Needs): Omit<BatchPlan, "record" | "bytes"> {
  const limit = memory ?? free / 2;
  const useful = isSeparable ? Math.min(usefulBatch, Math.max(1, Math.floor(usefulBytes / picture))) : 1;
  const wanted = settled ?? Math.max(1, Math.min(useful, Math.floor(targets / most)));
  const bytes = (batch: number) => thread + peakOverActivations * picture * batch;
  const fitting = (batch: number) => Math.floor(limit / bytes(batch));
  if (memory !== undefined && fitting(1) < 1) {
    throw new XstarError(
      "bad-argument",
      `One picture needs about ${megabytes(bytes(1))}, more than the ${megabytes(limit)} that are allowed`,
      { hint: "Allow more memory, or take smaller pictures" },
    );
  }
  let batch = wanted;
  while (settled === undefined && batch > 1 && fitting(batch) < most) batch--;
  const jobs = Math.max(1, Math.min(most, fitting(batch), Math.ceil(targets / batch)));
  return { jobs, batch };
}
