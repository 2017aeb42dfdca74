import { enlarge, usualScale, type Picture } from "@xstar/results";
import { drawView, sharedScale, type ViewName } from "../picture/views.js";
import type { Recording } from "../run/recording.svelte.js";

/** Frames of one picture of a run, on one scale, with how long each is shown. */
export interface Film {
  readonly frames: readonly Picture[];
  /** Milliseconds. */
  readonly durations: readonly number[];
}

const mostFrames = 90;
const [first, usual, last] = [500, 80, 1500];

/** The steps of a run, evenly spaced, pixel art enlarged by a whole number. */
export function filmOf(run: Recording, picture: number, { view }: { readonly view: ViewName }): Film {
  const stride = Math.max(1, Math.ceil(run.last / mostFrames));
  const all = Array.from({ length: Math.floor(run.last / stride) + 1 }, (_, i) => run.keptStep(i * stride));
  const steps = [...new Set([...all, run.last])];
  const start = run.planes(0, picture)!;
  const end = run.planes(run.last, picture)!;
  const scale = sharedScale([{ now: end, start }], view);
  // videos have even sides
  const zoom = usualScale([1, ...start.shape]);
  const frames = steps.map((step) => {
    const drawn = drawView(run.planes(step, picture)!, start, { view, isDark: false, scale });
    return enlarge(drawn.picture, zoom);
  });
  const durations = frames.map((_, i) => (i === 0 ? first : i === frames.length - 1 ? last : usual));
  return { frames, durations };
}
