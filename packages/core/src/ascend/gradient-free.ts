import type { Sampling } from "../compile/step.js";
import type { Tensors } from "../define/definition.js";
import { XstarError } from "../errors.js";
import type { LoadedModel } from "../model/load.js";
import type { Session } from "../runtime/runtime.js";
import type { CompiledAscent } from "./compile-ascent.js";
import { estimateGradients, type Estimation } from "./estimate-gradients.js";
import { Processor } from "./processor.js";

/** What the steps of an ascent without gradients are fed in their place. Release it when done. */
export async function openEstimator(compiled: CompiledAscent, processor: Processor): Promise<GradientEstimator> {
  const { step, record } = compiled;
  if (record.attribution)
    throw new XstarError("bad-argument", '"attribution" adds up gradients, of which an ascent without them has none');
  return new GradientEstimator(compiled, await processor.open({ bytes: step.trial(), files: step.files }));
}

export class GradientEstimator {
  constructor(
    private readonly compiled: CompiledAscent,
    private readonly forward: Session,
  ) {}

  /** Of the step of that number. Throws `aborted`. */
  gradients(index: number, state: Tensors, signal?: AbortSignal): Promise<Tensors> {
    return this.estimate(index, state, { ...this.compiled.record.gradientFree!, signal });
  }

  /** Milliseconds of a pair of passes, measured on a few. */
  async pairTime(): Promise<number> {
    const { gradientFree } = this.compiled.record;
    const state = this.compiled.begin(0);
    const onePair = () => this.estimate(0, state, { ...gradientFree!, pairs: 1 });
    // the first one also prepares
    await onePair();
    const began = Date.now();
    let pairs = 0;
    for (; Date.now() - began < longestMeasured; pairs++) await onePair();
    return (Date.now() - began) / pairs;
  }

  release(): Promise<void> {
    return this.forward.release();
  }

  /** Each pass has the settings and the views of the step. */
  private async estimate(
    index: number,
    state: Tensors,
    sampling: Sampling & Pick<Estimation, "signal">,
  ): Promise<Tensors> {
    const { step } = this.compiled;
    const others = { ...state, ...step.settings, ...step.sample(index) };
    const variables = Object.fromEntries(Object.keys(step.estimates).map((name) => [name, state[name]!]));
    const found = await estimateGradients(variables, {
      ...sampling,
      rngs: step.directions(index),
      objective: async (moved) => {
        const results = await this.forward.run({ ...others, ...moved });
        // the objective is all that it gives
        return Object.values(results)[0]!.data as Float32Array;
      },
    });
    return Object.fromEntries(Object.entries(found).map(([name, gradient]) => [step.estimates[name]!, gradient]));
  }
}

/** Milliseconds of pairs that tell how long a run takes. */
const longestMeasured = 300;

/** Seconds that an ascent without gradients may take, by a few of its forward passes. */
export async function secondsOf(model: LoadedModel, compiled: CompiledAscent): Promise<number> {
  const { steps, gradientFree } = compiled.record;
  const estimator = await openEstimator(compiled, new Processor(model.runtime));
  try {
    // every step is half a pair itself, the start too
    const pairs = (steps + 1) * ((gradientFree?.pairs ?? 0) + 0.5);
    return (pairs * (await estimator.pairTime())) / 1000;
  } finally {
    await estimator.release();
  }
}
