import type { LoadedModel } from "@xstar/core";
import { correlationMatrix, describeChange, measureDistance, zeroBorder } from "@xstar/results";
import { side } from "../train/network.js";
import { changeOf, runPlan, type Ascent, type AscentPlan } from "./ascent.js";
import { inTurn } from "./in-turn.js";
import type { AskNetwork } from "./network.js";
import type { BorderCurve, Convergence, TableResult } from "./results.js";

export const starts = ["ones", "0.5", "zeros", "random"] as const;
const articleClasses = [1, 2];
export const articleSteps = 10;
const widestBorder = 13;

/** What is done twice: by the article's 10 steps, and until the network is sure. */
export interface Both<T> {
  readonly tenSteps: T;
  readonly converged: T;
}

/** Class 1 is shown step by step. */
const isWatched = (digit: number) => digit === articleClasses[0];

/** Ten steps for class 1 and class 2 from the four starts. */
export function tenStepAscents(model: LoadedModel, seed: number, signal?: AbortSignal): Promise<Ascent[][]> {
  return inTurn(articleClasses, (digit) =>
    runPlan(model, { ...fourStarts(digit), seed, steps: articleSteps, keepsFrames: isWatched(digit) }, { signal }),
  );
}

/** The same, until the network is sure of all four. */
export const plansUntilSure = (seed: number, { confidence, mostSteps }: Convergence): AscentPlan[] =>
  articleClasses.map((digit) => ({
    ...fourStarts(digit),
    seed,
    steps: mostSteps,
    until: confidence,
    keepsFrames: isWatched(digit),
  }));

export const fourStarts = (digit: number) => ({ classes: starts.map(() => digit), starts });

/** What is measured of climbed pictures, through the saved network. */
export async function describeTable(ascents: readonly Ascent[], ask: AskNetwork): Promise<TableResult> {
  const fedBack = await ask(
    ascents.map(({ picture }) => picture),
    ascents.map((ascent) => ascent.class),
  );
  const changes = ascents.map(changeOf);
  return {
    class: ascents[0]!.class,
    pictures: ascents.map(({ picture, startPicture, ...ascent }, i) => ({
      class: ascent.class,
      start: ascent.start,
      steps: ascent.steps,
      converged: ascent.sureAt !== null,
      sureAt: ascent.sureAt,
      curves: ascent.curves,
      lately: ascent.lately,
      fedBack: fedBack[i]!,
      range: [picture.reduce((a, b) => Math.min(a, b)), picture.reduce((a, b) => Math.max(a, b))],
      outside: picture.reduce((sum, value) => sum + Number(value < 0 || value > 1), 0) / picture.length,
      change: {
        l2: measureDistance(picture, startPicture),
        largest: changes[i]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
        words: describeChange(changes[i]!, side, side),
      },
    })),
    resultCorrelation: correlationMatrix(ascents.map(({ picture }) => picture)),
    changeCorrelation: correlationMatrix(changes),
  };
}

/** The confidence with frames of 0 to 13 pixels set to 0. */
export async function measureBorder(ascent: Ascent, ask: AskNetwork): Promise<BorderCurve> {
  const widths = Array.from({ length: widestBorder + 1 }, (_, width) => width);
  const answers = await ask(
    widths.map((width) => zeroBorder(ascent.picture, side, side, width)),
    widths.map(() => ascent.class),
  );
  return {
    class: ascent.class,
    start: ascent.start,
    confidence: answers.map(({ confidence }) => confidence),
    text: answers.map(({ text }) => text),
  };
}
