import { networkGradientNormOutput, type CompiledStep } from "../compile/step.js";
import type { Tensors } from "../define/definition.js";
import type { LoadedModel } from "../model/load.js";
import type { Session } from "../runtime/runtime.js";
import { asleep } from "./asleep.js";
import type { CompiledAscent } from "./compile-ascent.js";
import type { GradientEstimator } from "./gradient-free.js";
import { Processor } from "./processor.js";
import { withRowsOfAll } from "./rows.js";

/** What a step gave. */
export interface Taken {
  readonly results: Tensors;
  /** The state before the next step. */
  readonly next: Tensors;
}

/** Since which step a device is left, and why. */
export interface Left {
  readonly at: number;
  readonly why: string;
}

/**
 * Runs the steps of an ascent. A picture that no gradient reaches through the network in the first `redirectSteps` steps gets its next
 * state from the step with redirected gradients, whatever else is in its batch.
 */
export class StepRunner {
  private readonly processor: Processor;
  /** The step at which the device was left. */
  private leftAt: number | undefined;
  private readonly open = new Map<CompiledStep, Session>();
  private redirectedStep: CompiledStep | undefined;
  private estimator: GradientEstimator | undefined;

  constructor(
    model: LoadedModel,
    private readonly compiled: CompiledAscent,
    private readonly signal?: AbortSignal,
  ) {
    this.processor = new Processor(model.runtime);
  }

  /** The state before the first step: of each picture the try on which its objective is the largest. */
  async begin(): Promise<Tensors> {
    const { record, begin } = this.compiled;
    if (record.restarts === 1) return begin(0);
    return (await import("./choose-beginning.js")).chooseBeginning(this.compiled, this.processor);
  }

  /** `divergedAt` says of which pictures the next state does not count. */
  async take(index: number, state: Tensors, divergedAt: readonly (number | null)[]): Promise<Taken> {
    const { step, record } = this.compiled;
    const estimated = record.gradientFree && (await this.estimate(index, state));
    const feeds = { ...state, ...step.settings, ...step.sample(index), ...estimated };
    const results = await this.run(step, feeds);
    if (this.processor.left !== undefined) this.leftAt ??= index;
    const next = nextState(step, results);
    if (index >= record.redirectSteps) await this.close(this.redirectedStep);
    const networkGradientNorm = results[networkGradientNormOutput]!.data as Float32Array;
    const redirected = asleep(networkGradientNorm, index, record.redirectSteps).map(
      (is, k) => is && divergedAt[k] === null,
    );
    if (!redirected.includes(true)) return { results, next };
    const other = (this.redirectedStep ??= await this.compiled.redirected());
    const otherNext = nextState(other, await this.run(other, feeds));
    return { results, next: withRowsOfAll(next, otherNext, redirected) };
  }

  /** Since when and why the device is left; undefined where it is not. */
  get left(): Left | undefined {
    return this.leftAt === undefined ? undefined : { at: this.leftAt, why: this.processor.left! };
  }

  async release(): Promise<void> {
    await Promise.all([this.estimator?.release(), ...[...this.open.keys()].map((step) => this.close(step))]);
  }

  /** What a step is fed in the place of gradients of its own. */
  private async estimate(index: number, state: Tensors): Promise<Tensors> {
    const { openEstimator } = await import("./gradient-free.js");
    this.estimator ??= await openEstimator(this.compiled, this.processor);
    return this.estimator.gradients(index, state, this.signal);
  }

  private async close(step: CompiledStep | undefined): Promise<void> {
    const session = step && this.open.get(step);
    if (!session) return;
    this.open.delete(step);
    await session.release();
  }

  private async run(step: CompiledStep, feeds: Tensors): Promise<Tensors> {
    const known = this.open.get(step);
    if (known) return known.run(feeds);
    const session = await this.processor.open(step);
    this.open.set(step, session);
    return session.run(feeds);
  }
}

function nextState({ next }: CompiledStep, results: Tensors): Tensors {
  return Object.fromEntries(Object.entries(next).map(([name, output]) => [name, results[output]!]));
}
