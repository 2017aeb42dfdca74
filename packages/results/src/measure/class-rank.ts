import { XstarError } from "@xstar/core";
import { softmax } from "./confidence.js";

/** Where a network puts a class. */
export interface ClassRank {
  readonly class: number;
  /** 1 for the likeliest class; of equal scores the worst place. */
  readonly rank: number;
  /** How many classes there are. */
  readonly of: number;
  /** Softmax of the scores. */
  readonly probability: number;
}

/** Where the scores of a network (before a softmax) put a class. Throws `bad-argument` for a class that there is not. */
export function rankClass(scores: ArrayLike<number>, index: number): ClassRank {
  const own = scores[index];
  if (own === undefined) {
    const problem = `${index} is out of range: there are ${scores.length} classes, from 0 to ${scores.length - 1}`;
    throw new XstarError("bad-argument", problem);
  }
  const all = Array.from(scores);
  return {
    class: index,
    rank: all.filter((score) => score >= own).length,
    of: all.length,
    probability: softmax(all)[index]!,
  };
}
