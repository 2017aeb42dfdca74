import type { Observations } from "./observe.js";

/** With fewer classes the scores of a network say little beyond the class. */
const enoughClasses = 100;
/** Correlations from which on pictures are cuts of one: theirs are 0.8 and 0.92 at least, those of other photographs 0.3 and 0.6 at most. */
const [ofCopies, ofScores] = [0.7, 0.85];

/**
 * Pictures of `second` that show what one of `first` shows, cut or turned a little: by small grey copies, and by what the network makes
 * of them. Of one set with itself, an earlier one for each. Nothing for networks of few classes.
 */
export function alikeIn(first: Observations, second: Observations): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  if (first.classes < enoughClasses) return found;
  const copies = copiesOf(first);
  const others = first === second ? copies : copiesOf(second);
  const scoresOf = (observed: Observations) => {
    const known = new Map<number, Float32Array>();
    return (at: number) => {
      const scores = known.get(at) ?? direction(observed.logits.get(at)!);
      known.set(at, scores);
      return scores;
    };
  };
  const [scores, scoresBeside] = [scoresOf(second), scoresOf(first)];
  for (const [at, copy] of others) {
    for (const [other, beside] of copies) {
      if (first === second && other >= at) break;
      if (dot(copy, beside) < ofCopies) continue;
      if (dot(scores(at), scoresBeside(other)) < ofScores) continue;
      found.set(at, other);
      break;
    }
  }
  return found;
}

/** The grey copies of the pictures whose scores are kept, in the order in which they were seen. */
const copiesOf = ({ logits, prints }: Observations) =>
  [...logits.keys()].map((at) => [at, direction(prints.copies[at]!)] as const);

/** With mean 0 and length 1, so that products are correlations; all 0 where all are the same. */
function direction(values: ArrayLike<number>): Float32Array {
  const centred = Float32Array.from(values);
  const mean = centred.reduce((sum, x) => sum + x, 0) / centred.length;
  const length = Math.sqrt(centred.reduce((sum, x) => sum + (x - mean) ** 2, 0)) || 1;
  return centred.map((x) => (x - mean) / length);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
