import type { Tensor } from "@xstar/core";

export interface Frame {
  readonly index: number;
  readonly picture: Tensor;
}

/** The frames that a run has kept so far: enough to go on. */
export interface KeptFrames {
  readonly kept: readonly Frame[];
  /** Steps between two of them. */
  readonly distance: number;
}

/** Pictures of a run for an animation: the first, the last, and some between at equal distances. */
export interface Frames {
  add(step: Frame): void;
  /** The start. */
  readonly first: Tensor;
  readonly pictures: readonly Tensor[];
  readonly state: KeptFrames;
}

/** What pictures may take in memory and in a checkpoint. */
const mostBytes = 2 ** 28;

/**
 * Keeps at most `limit` pictures and the last one, however long the run becomes; fewer where pictures are so large that
 * they would need more than 256 MiB.
 */
export function createFrames(
  limit = 64,
  { kept: before, distance: since }: KeptFrames = { kept: [], distance: 1 },
): Frames {
  let kept = [...before];
  let last = before.at(-1);
  let distance = since;
  return {
    add({ index, picture }) {
      last = { index, picture };
      if (index % distance !== 0) return;
      kept.push(last);
      const most = Math.min(limit, Math.max(2, Math.floor(mostBytes / (4 * picture.data.length))));
      if (kept.length <= most) return;
      distance *= 2;
      kept = kept.filter((frame) => frame.index % distance === 0);
    },
    get first() {
      return kept[0]!.picture;
    },
    get pictures() {
      const frames = kept.at(-1) === last ? kept : [...kept, last!];
      return frames.map(({ picture }) => picture);
    },
    get state() {
      return { kept, distance };
    },
  };
}
