import { slopeOutput, type CompiledStep } from "../compile/compile.js";
import type { Tensors } from "../define/define.js";
import type { LoadedModel } from "../model/load.js";
import type { Session } from "../runtime.js";
import { withRows } from "./best.js";
import type { CompiledAscent } from "./compile-ascent.js";

/** What a step gave. */
export interface Taken {
  readonly results: Tensors;
  /** The state before the next step. */
  readonly next: Tensors;
  /** For each picture whether its next state comes from redirected gradients. */
  readonly redirected: readonly boolean[];
}

/**
 * Runs the steps of an ascent. A picture that no gradient reaches in the first `redirect` steps gets its next state from the
 * step with redirected gradients, whatever else is in its batch.
 */
export class StepRunner {
  private readonly open = new Map<CompiledStep, Session>();
  private redirectedStep: CompiledStep | undefined;

  constructor(
    private readonly model: LoadedModel,
    private readonly compiled: CompiledAscent,
  ) {}

  async take(index: number, state: Tensors): Promise<Taken> {
    const { step, record } = this.compiled;
    const feeds = { ...state, ...step.settings, ...step.sample(index) };
    const results = await this.run(step, feeds);
    const mayRedirect = index < record.redirect && index < record.steps;
    const redirected = Array.from(results[slopeOutput]!.data as Float32Array, (slope) => mayRedirect && slope === 0);
    const next = nextState(step, results);
    if (!mayRedirect) await this.close(this.redirectedStep);
    if (!redirected.includes(true)) return { results, next, redirected };
    const other = (this.redirectedStep ??= this.compiled.redirected());
    const otherNext = nextState(other, await this.run(other, feeds));
    const mixed = Object.entries(next).map(([name, t]) => {
      // what pictures share has no row for each
      const isOfEach = t.shape[0] === redirected.length;
      return [name, isOfEach ? withRows(t, otherNext[name]!, redirected) : otherNext[name]!] as const;
    });
    return { results, next: Object.fromEntries(mixed), redirected };
  }

  async release(): Promise<void> {
    await Promise.all([...this.open.keys()].map((step) => this.close(step)));
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
    const session = await this.model.runtime.open(step.bytes, { files: step.files });
    this.open.set(step, session);
    return session.run(feeds);
  }
}

function nextState({ next }: CompiledStep, results: Tensors): Tensors {
  return Object.fromEntries(Object.entries(next).map(([name, output]) => [name, results[output]!]));
}
