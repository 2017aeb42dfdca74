import type { Tensor } from "../tensor.js";
import type { Checkpoint, Step } from "./options.js";

/** Of each picture of a batch the one with the largest objective so far. */
export class BestPictures {
  private readonly objective: number[] = [];
  private readonly steps: number[] = [];
  private picture: Tensor | undefined;

  /** Goes on from a checkpoint, given the objectives of its steps. */
  constructor(curve: readonly Float32Array[], best: Checkpoint["best"]) {
    if (!best) return;
    this.steps.push(...best.steps);
    this.objective.push(...best.steps.map((step, k) => curve[step]![k]!));
    this.picture = { ...best.picture, data: (best.picture.data as Float32Array).slice() };
  }

  add({ index, objective, picture }: Step): void {
    const data = picture.data as Float32Array;
    this.picture ??= { ...picture, data: data.slice() };
    const each = data.length / objective.length;
    objective.forEach((value, k) => {
      if (value <= (this.objective[k] ?? -Infinity)) return;
      this.objective[k] = value;
      this.steps[k] = index;
      (this.picture!.data as Float32Array).set(data.subarray(k * each, (k + 1) * each), k * each);
    });
  }

  snapshot(): Checkpoint["best"] {
    if (!this.picture) return null;
    return { picture: { ...this.picture, data: (this.picture.data as Float32Array).slice() }, steps: [...this.steps] };
  }
}
