import {
  aimAtClasses,
  check,
  cutsOf,
  expandTargets,
  prepareModel,
  readTarget,
  standard,
  unitCounts,
  useRecipe,
  withDefinitions,
  type MaximizeOptions,
  type Spec,
} from "@xstar/core";
import { distinct, slugOf, type ModelFile } from "@xstar/runs";
import { loadDefinitions } from "../load-definitions.js";
import { factsOf } from "../run/many/facts.js";
import type { ManyTarget } from "../run/many/kept-folder.js";
import { makeMany, type ManyOptions, type ManyResult } from "../run/many/make-many.js";

/** How the pictures are made, and how the work is divided. */
export type MaximizeManyOptions = Omit<MaximizeOptions, "resume" | "signal"> & ManyOptions;

/**
 * Makes a picture for each of many targets, in threads, and writes each into a folder as soon as it is finished, with a sheet of
 * all. The same call goes on where one before it was stopped, even by force, and ends with the same files.
 *
 * Throws `bad-argument` when the folder holds pictures of another ascent or the memory is too small, `aborted` when it was
 * stopped, and what `maximize` throws for the targets and options.
 *
 * @param targets words that may stand for many (`conv2:*`, `conv2:0-15`), or objectives with a name and a slug for their files
 *
 * @example
 * await maximizeMany(model, "conv2:*", { folder: "out/conv2" });
 */
export async function maximizeMany(
  model: ModelFile,
  targets: string | readonly (string | ManyTarget)[],
  given: MaximizeManyOptions,
): Promise<ManyResult> {
  check(targets !== undefined && targets !== null, "targets", "a target or a list of them", targets);
  check(typeof given?.folder === "string", "folder", "where the pictures are kept", given?.folder);
  const { folder, jobs, memory, batch, signal, onProgress, threads, dataset, facts, use, openBatchRunner, ...options } =
    given;
  const definitions = [...(options.definitions ?? []), ...(await loadDefinitions(use ?? []))];
  const vocabulary = withDefinitions(options.vocabulary ?? standard, definitions);
  const first = await prepareModel(model, 1, options);
  const { recipe = "auto" } = options;
  const listed = [targets].flat() as readonly (string | ManyTarget)[];
  const ofClasses = aimAtClasses(listed.map((one) => (typeof one === "string" ? one : one.objective)));
  const context = { shape: first.shape.slice(1), holds: first.holds, ofClasses };
  const used = recipe === "none" ? null : useRecipe(vocabulary, recipe, context);
  const counts = unitCounts(model.source, first.normalized, options.logits, first.input);
  const named = listed.flatMap((one) => {
    if (typeof one !== "string") return [one];
    return expandTargets([one], counts, cutsOf(model.source)).map((name) => {
      const measured = readTarget(name, { first, further: new Map() }, { ...options, vocabulary, definitions: [] });
      return { name, slug: slugOf(name), measured, objective: used?.objective(measured) ?? measured };
    });
  });
  const slugs = distinct(named.map(({ slug }) => slug));
  const known = await factsOf(model, options, { threads: threads ?? 1, use });
  const work = { jobs, memory, batch, signal, onProgress, threads, dataset, use, openBatchRunner };
  return makeMany(
    model,
    named.map((one, i) => ({ ...one, slug: slugs[i]! })),
    { ...used?.options, ...withoutUndefined(options), recipe: "none" },
    {
      ...withoutUndefined(work),
      folder,
      facts: facts ?? { ...known, run: { ...known.run, recipe: (used?.spec ?? null) as Spec<"recipe"> | null } },
    },
  );
}

function withoutUndefined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}
