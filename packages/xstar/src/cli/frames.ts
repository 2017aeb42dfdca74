import type { Step, Tensor } from "@xstar/core";

/** Pictures of a run for an animation: the first, the last, and some between at equal distances. */
export interface Frames {
  add(step: Step): void;
  /** The start. */
  readonly first: Tensor;
  readonly pictures: readonly Tensor[];
}

/** Keeps at most `limit` pictures and the last one, however long the run becomes. */
export function createFrames(limit = 64): Frames {
  let kept: Step[] = [];
  let last: Step | undefined;
  let distance = 1;
  return {
    add(step) {
      last = step;
      if (step.index % distance !== 0) return;
      kept.push(step);
      if (kept.length <= limit) return;
      distance *= 2;
      kept = kept.filter(({ index }) => index % distance === 0);
    },
    get first() {
      return kept[0]!.picture;
    },
    get pictures() {
      const steps = kept.at(-1) === last ? kept : [...kept, last!];
      return steps.map(({ picture }) => picture);
    },
  };
}
