import type { Job } from "@xstar/results";
import { distinct, slugOf } from "./slug.js";

/** A picture to be, before its files have names. */
export type Pair = Omit<Job, "slug"> & { readonly slug?: string };

/** Pictures with what their files are called: by their targets, and by their starts where these differ. */
export function nameJobs<T extends Pair>(pairs: readonly T[]): (T & Job)[] {
  const severalStarts = new Set(pairs.map(({ start }) => start)).size > 1;
  const names = pairs.map(({ target, start }) => slugOf(severalStarts ? `${target} from ${start}` : target));
  const slugs = distinct(names);
  return pairs.map((pair, i) => ({ ...pair, slug: pair.slug ?? slugs[i]! }));
}
