import { predictSeconds, XstarError, type AscentResult, type CompiledAscent, type LoadedModel } from "@xstar/core";
import { differenceOfDevices, hasSameNumbers, makerOf, recordOfAscent, type Ascent } from "@xstar/runs";
import { printable } from "../terminal/printable.js";
import { formatDuration, type AscentMetrics, type FoundRecord, type Job } from "@xstar/results";

/** Says a sentence on stderr that a person should read. */
export function warn(sentence: string): void {
  say(`Warning: ${sentence}`);
}

export function say(sentence: string): void {
  process.stderr.write(`${printable(sentence)}\n`);
}

/** Says that the usual folder is kept as it is. */
export function sayWhere(usual: string, folder: string): void {
  say(`"${usual}" holds another run, which stays: this one goes into "${folder}"`);
}

/** Says before the steps of a climb without gradients what they are, and how long they may take. */
export async function sayGradientFree(model: LoadedModel, compiled: CompiledAscent): Promise<void> {
  const { steps, gradientFree } = compiled.record;
  if (!gradientFree) return;
  const seconds = Math.max(1, Math.round(await predictSeconds(model, compiled)));
  say(
    `Note: a black box, which is slow: ${steps} steps of ${gradientFree.pairs} pairs of forward passes, about ${formatDuration(seconds)}`,
  );
}

/** Says on stderr what a person should know before trusting the pictures. */
export function warnAbout({ warnings, redirected, ended, last, record }: AscentResult, jobs: readonly Job[]): void {
  for (const [sentence, who] of gather(warnings)) warn(`${about(who, jobs)}${sentence}`);
  const most = Math.max(...redirected);
  if (most > 0) {
    const who = jobs.flatMap((_, i) => (redirected[i]! > 0 ? [i] : []));
    const steps = most === 1 ? "the first step" : `up to ${most} first steps`;
    say(`Note: ${about(who, jobs)}no gradient arrived in ${steps}, which had redirected gradients instead`);
  }
  if (ended === "plateau")
    say(
      `Note: ended after ${last.index} of ${record.steps} steps, the last ${record.patience} of which brought no more`,
    );
}

/** Sentences with the numbers of the pictures that they are about. */
function gather(warnings: readonly (readonly string[])[]): Map<string, number[]> {
  const gathered = new Map<string, number[]>();
  warnings.forEach((sentences, i) => {
    for (const sentence of sentences) gathered.set(sentence, [...(gathered.get(sentence) ?? []), i]);
  });
  return gathered;
}

/** Names the pictures, where it is not all of them. */
function about(who: readonly number[], jobs: readonly Job[]): string {
  if (who.length === jobs.length) return "";
  const shown = who.slice(0, 3).map((i) => jobs[i]!.slug);
  return `${shown.join(", ")}${who.length > 3 ? ` and ${who.length - 3} more` : ""}: `;
}

/** That only a part of the data set was seen makes the program end with an error, too. */
export function complainAboutImages({ images }: AscentMetrics): void {
  if (!images || images.seen === images.count) return;
  throw new XstarError("aborted", `Stopped after ${images.seen} of ${images.count} pictures of "${images.folder}"`, {
    hint: "The pictures and their report are whole, and compared with those alone",
  });
}

/** What is done is kept; that it is not all makes the program end with an error. */
export function complainAbout({ ended, last, divergedAt, record }: AscentResult, folder: string): void {
  if (ended === "aborted") {
    throw new XstarError("aborted", `Stopped after ${last.index} of ${record.steps} steps`, {
      hint: "The same command with --resume goes on from there",
    });
  }
  const broken = divergedAt.filter((at) => at !== null);
  if (broken.length === 0) return;
  // no learning rate helps a gradient that is not finite on the start picture
  const isSteep = divergedAt.every((at, i) => at === null || (at === 1 && !Number.isFinite(last.gradientNorm[i])));
  const hint = isSteep
    ? "The objective's slope is not finite there: add a small number inside a power or a quotient"
    : "A smaller --lr keeps it finite";
  if (broken.length < divergedAt.length) {
    const problem = `${broken.length} of ${divergedAt.length} ${record.holds ? "inputs" : "pictures"} or their activations were no longer finite; "${folder}" holds them as they were before`;
    throw new XstarError("diverged", problem, { hint });
  }
  throw new XstarError(
    "diverged",
    `The ${record.holds ? "input" : "picture"} or its activation was no longer finite after step ${Math.min(...broken)}; "${folder}" holds the step before`,
    { hint },
  );
}

/** Says whether a run that repeats another one, unchanged, gave the same numbers. */
export function printComparison(from: FoundRecord, ascent: Ascent): void {
  const isSame = hasSameNumbers(from, ascent);
  if (isSame) process.stdout.write(`The numbers are those of ${printable(from.path)}, bit for bit\n`);
  if (isSame !== false) return;
  const difference = differenceOfDevices(from, ascent);
  if (difference !== undefined) return sayOfDevices(from, ascent, difference);
  warn(
    `the numbers are not those of "${from.path}", which was made by ${makerOf(from.record)}; this is ${makerOf(recordOfAscent(ascent))}`,
  );
}

/** What rounding may make of the objective at step 0. */
const rounding = 1e-5;

/** Other devices round otherwise, and steps make more of it: only what they begin with can be compared. */
function sayOfDevices(from: FoundRecord, { result }: Ascent, difference: number): void {
  const ran = `"${from.path}" was run by ${from.record.ascent.runtime}, this by ${result.record.runtime}`;
  if (difference > rounding)
    warn(`${ran}: the objective at step 0 differs by ${difference.toExponential(1)} of it, more than rounding does`);
  else if (Number.isNaN(difference))
    say(`Note: ${ran}: the bytes may differ (its record does not say the objective at step 0)`);
  else say(`Note: ${ran}: the bytes may differ; the objective at step 0 is the same to ${difference.toExponential(1)}`);
}
