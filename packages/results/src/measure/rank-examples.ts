/** How a picture excites a target. */
export interface Example {
  /** Place of the picture in its folder or data set. */
  readonly index: number;
  readonly activation: number;
  /** Where the target's channel answers most; null for targets that are no channel with places. */
  readonly peak: Peak | null;
}

export interface Peak {
  readonly activation: number;
  readonly y: number;
  readonly x: number;
}

export interface Ranking {
  /** The largest activations, largest first. */
  readonly most: readonly Example[];
  /** The smallest activations, smallest first; none of them is among `most`. */
  readonly least: readonly Example[];
  /** The largest peaks, largest first. */
  readonly peaks: readonly Example[];
}

/** The `top` most and least exciting examples, and those with the highest peaks; of equals the first. */
export function rankExamples(examples: readonly Example[], top: number): Ranking {
  const sorted = examples.toSorted((a, b) => b.activation - a.activation);
  const most = sorted.slice(0, Math.min(top, Math.ceil(sorted.length / 2)));
  const least = examples
    .toSorted((a, b) => a.activation - b.activation)
    .filter((example) => !most.includes(example))
    .slice(0, top);
  const peaks = examples.filter(({ peak }) => peak).toSorted((a, b) => b.peak!.activation - a.peak!.activation);
  return { most, least, peaks: peaks.slice(0, top) };
}

/** The largest of the activations of a channel [height, width]; the first of equals. */
export function findPeak(map: ArrayLike<number>, width: number): Peak {
  let best = 0;
  for (let at = 1; at < map.length; at++) if (map[at]! > map[best]!) best = at;
  return { activation: map[best]!, y: Math.floor(best / width), x: best % width };
}
