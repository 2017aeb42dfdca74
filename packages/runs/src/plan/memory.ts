import { activationBytes, size, XstarError, type compileAscent } from "@xstar/core";
import type { Plan } from "./plan-ascent.js";

type Compiled = Awaited<ReturnType<typeof compileAscent>>;

/** What was measured with ONNX Runtime 1.30 on Linux, in a process of its own for each. */
const threadBytes = 80e6;
export const peakOverActivations = 1.5;

/** Bytes that a thread takes besides the activations. */
export function besides({ step }: Compiled): number {
  const weights = [...step.files.values()].reduce((total, { byteLength }) => total + byteLength, 0);
  return threadBytes + 2 * weights;
}

/** Numbers in all pictures of a run that fit into the memory of any machine. */
const smallPictures = 1e6;

export interface MemoryLimits {
  /** Bytes that nobody uses. */
  readonly free: number;
  /** Bytes that a person allows; all that is free when undefined. */
  readonly memory: number | undefined;
}

/** Estimates what a run needs, before its first step. Throws `bad-argument` when that is more than there is. */
export async function checkMemory(
  { shape, options: { restarts = 1 } }: Pick<Plan, "shape" | "options">,
  compiled: () => Promise<Compiled>,
  { free, memory }: MemoryLimits,
): Promise<void> {
  if (memory === undefined && size(shape) < smallPictures) return;
  const run = await compiled();
  const needed = besides(run) + peakOverActivations * activationBytes(run.step.graph);
  if (needed <= (memory ?? free)) return;
  const pictures = shape[0] === 1 ? "The picture" : `The ${shape[0]} pictures`;
  const there =
    memory === undefined ? `the ${megabytes(free)} that are free` : `the ${megabytes(memory)} that are allowed`;
  const smaller = shape[0] === 1 ? "Take a smaller --picture-size" : "Take fewer or smaller pictures";
  throw new XstarError("bad-argument", `${pictures} may need about ${megabytes(needed)}, more than ${there}`, {
    hint: `${smaller}${restarts > 1 ? " or fewer --restarts" : ""}, or allow more with --memory`,
    details: { bytes: needed },
  });
}

/** Whole megabytes, rounded up; below one, two digits of it. */
export function megabytes(bytes: number): string {
  const count = bytes < 1e6 ? Number((bytes / 1e6).toPrecision(2)) : Math.ceil(bytes / 1e6);
  return `${count.toLocaleString("en", { maximumFractionDigits: 9 })} MB`;
}
