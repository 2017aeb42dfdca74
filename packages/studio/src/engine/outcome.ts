import { classify, type AscentResult } from "@xstar/core";
import { likeliestOf, usualScale, type RunFacts as RecordFacts } from "@xstar/results";
import type { Ascent, Plan } from "@xstar/runs";
import { version } from "../../package.json";
import type { OpenModel } from "./models.js";
import { thisPlatform } from "./platform.js";

type Outcome = Pick<Ascent, "frames" | "seconds"> & { readonly result: AscentResult };

/** What a run that has ended was, for what is asked about it afterwards. */
export async function ascentOf({ file }: OpenModel, plan: Plan, outcome: Outcome): Promise<Ascent> {
  const { shapes, contract, inputs, logits, labels } = plan.options;
  const known = { shapes, contract, inputs, logits };
  const given = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  const shares = plan.holds ? undefined : await classify(file, outcome.result.picture, given).catch(() => undefined);
  const facts: RecordFacts = {
    xstar: version,
    threads: file.runtime.threads,
    ...plan.files,
    pictures: plan.jobs,
    recipe: plan.recipe,
  };
  return {
    ...outcome,
    model: file,
    facts,
    platform: thisPlatform(),
    top: shares?.map((probabilities) => likeliestOf(probabilities, labels, 3)),
    scale: usualScale(plan.shape, plan.holds),
    format: "none",
  };
}
