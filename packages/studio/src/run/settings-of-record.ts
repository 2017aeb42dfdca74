import { printTarget, printWords, standard, type AscentRecord } from "@xstar/core";
import type { MaximizeFlags } from "@xstar/runs";
import type { RunFacts, RunSettings } from "../engine/protocol.js";
import type { Recording } from "./recording.svelte.js";

const distinct = <T>(all: readonly T[]) => [...new Set(all)];
const words = (kind: Parameters<typeof printWords>[1], spec: Parameters<typeof printWords>[2]) =>
  printWords(standard, kind, spec);

/** What makes a run again: what was set, or for one that repeats a record what that says. */
export function settingsOf({ facts, settings }: Recording): Omit<RunSettings, "model"> {
  return facts?.record ? settingsOfRecord(facts.record, facts.jobs) : settings;
}

/** What a run was asked for, all of it in the words of the command line: what its recipe decided, too. */
export function settingsOfRecord(record: AscentRecord, jobs: RunFacts["jobs"]): Omit<RunSettings, "model"> {
  const { parameterization, optimizer, schedule, transforms, steps, seed, restarts } = record;
  const { clip, patience, size, keep, redirectSteps, gradientFree } = record;
  const targets = distinct(record.objectives.map((objective) => printTarget(standard, objective)));
  const starts = distinct(jobs.flatMap(({ start }) => start ?? []));
  const batch = jobs.length / (targets.length * Math.max(1, starts.length));
  const flags: { [Name in keyof MaximizeFlags]: MaximizeFlags[Name] | undefined } = {
    recipe: "none",
    steps,
    seed,
    start: starts.length > 0 ? starts : undefined,
    batch: batch > 1 && Number.isInteger(batch) ? batch : undefined,
    restarts: restarts > 1 ? restarts : undefined,
    parameterization: words("parameterization", parameterization),
    optimizer: words("optimizer", optimizer),
    schedule: words("schedule", schedule),
    transform: transforms.length > 0 ? transforms.map((one) => words("transform", one)) : undefined,
    clip: clip ?? undefined,
    patience: patience ?? undefined,
    pictureSize: size ?? undefined,
    keep: keep === "best" ? keep : undefined,
    redirectSteps: redirectSteps === 16 || gradientFree ? undefined : redirectSteps,
    gradientFree: gradientFree && true,
    pairs: gradientFree?.pairs,
  };
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  return { targets, flags: given };
}
