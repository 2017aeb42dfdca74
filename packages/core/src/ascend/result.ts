import type { AscentSettings } from "../compile/step.js";
import type { Tensors } from "../define/definition.js";
import type { StartGiven } from "../define/recipe.js";
import type { Spec } from "../define/spec.js";
import type { DrawnInput, MaximizedInput } from "../model/given.js";
import type { InputKind } from "../model/input-kind.js";
import type { Contract } from "../model/contract.js";
import type { Shape, Tensor } from "../tensor.js";

/** Of each picture of a batch the one with the largest objective so far, and its step: replaced, never changed. */
export interface Best {
  readonly picture: Tensor<"float32">;
  /** What is maximized beside it, as `Step.inputs`. */
  readonly inputs: Readonly<Record<string, Tensor<"float32">>>;
  readonly steps: readonly number[];
  /** What of each is compared: its objective, or where transforms draw luck into that, the running mean there. */
  readonly values: Float32Array;
  /** The same at the latest step. */
  readonly means: Float32Array;
}

/** Where a run stands: enough to go on and end with the same bytes. */
export interface Checkpoint {
  /** What is run; only a run with the same record can go on from here. */
  readonly record: AscentRecord;
  /** What it is run on. */
  readonly identity: RunIdentity;
  /** The last step that was measured. */
  readonly index: number;
  /** The variables and all that the optimizer keeps, before step `index + 1`: finite, also where a picture divergedAt. */
  readonly state: Tensors;
  readonly curve: readonly Float32Array[];
  readonly watch: Readonly<Record<string, readonly Float32Array[]>>;
  /** Of each picture, the step at which it divergedAt. */
  readonly divergedAt: readonly (number | null)[];
  /** Of each picture, the steps that were taken with redirected gradients. */
  readonly redirected: readonly number[];
  /** Of step `index`, as `Step.gradientNorm`, `Step.networkGradientNorm`, `Step.picture` and `Step.inputs`. */
  readonly gradientNorm: Float32Array;
  readonly networkGradientNorm: Float32Array;
  readonly picture: Tensor<"float32">;
  readonly inputs: Readonly<Record<string, Tensor<"float32">>>;
  /** The best picture of each so far. */
  readonly best: Best;
}

/** Fingerprints of what a record only names: runs go on only where they are equal. */
export interface RunIdentity {
  /** Of all model files. */
  readonly weights: string;
  /** Of the step graph, with the inputs, images and rules in it. */
  readonly graph: string;
  /** Of the variables before the first step. */
  readonly beginning: string;
}

/** The picture after `index` steps, and what it makes of the network. */
export interface Step {
  /** 0 is the start. */
  readonly index: number;
  /** The objective of each picture, as its transformed views reach it (the mean of them). */
  readonly objective: Float32Array;
  /** L2 norm of the objective's gradient by each picture. */
  readonly gradientNorm: Float32Array;
  /**
   * L2 norm of the part of it that comes through the network, by the views of each picture; 0 also where a redirected one is
   * taken in its place. That of `gradientNorm` where the objective reads no network.
   */
  readonly networkGradientNorm: Float32Array;
  readonly watch: Readonly<Record<string, Float32Array>>;
  /** [batch, channels, height, width] in picture units; a channel more than the model takes is the opacity. */
  readonly picture: Tensor<"float32">;
  /** Inputs that are maximized together with the picture, [batch, ...], by name. */
  readonly inputs: Readonly<Record<string, Tensor<"float32">>>;
  /** Where the run stands after this step, to go on from. */
  checkpoint(): Checkpoint;
}

/**
 * What is made as large as possible: an objective, or words that stand for one or several, as on the command line.
 *
 * @example
 * "conv2:7"; "logit:flamingo"; "logit:3 - 0.1*tv"; "conv2:0-15"; channel({ layer: "conv2", channel: 7 });
 */
export type Target = Spec<"objective"> | string;

/** What a run was asked for, one for each picture, in words or specs as it was given. */
export interface Asked {
  /** Words that stand for several are one by one here. */
  readonly targets: readonly Target[];
  /** Null where the parameterization begins by itself. */
  readonly starts: readonly StartGiven[] | null;
  /** With its defaults; null where none was used. */
  readonly recipe: Spec<"recipe"> | null;
}

/** What a run gives: pictures, curves, and what a person should know before trusting them. */
export interface AscentResult {
  readonly asked: Asked;
  /** The last finite step. */
  readonly last: Step;
  /** The pictures that the run is for, by `keep`, as `Step.picture`; and the step of each. */
  readonly picture: Tensor<"float32">;
  readonly steps: readonly number[];
  /** The inputs that were maximized together with them, by name, as `Step.inputs`. */
  readonly inputs: Readonly<Record<string, Tensor<"float32">>>;
  /** How much every pixel counted, [batch, 1, height, width], 0 or more; null when it was not asked for. */
  readonly attribution: Tensor<"float32"> | null;
  /** The objective of each picture at every step. */
  readonly curve: readonly Float32Array[];
  readonly watch: Readonly<Record<string, readonly Float32Array[]>>;
  /** Why the run ended; `diverged` when all its pictures divergedAt. */
  readonly ended: "steps" | "plateau" | "aborted" | "diverged";
  /**
   * Of each picture, the step at which it, its target or the gradient that leads there was no finite number; null where
   * none was. It stays as it was in the step before, which its curves repeat, while the others go on. At 0, on the start
   * picture, its target is no number.
   */
  readonly divergedAt: readonly (number | null)[];
  /** Of each picture, the steps that were taken with redirected gradients because none arrived. */
  readonly redirected: readonly number[];
  /** Of each picture, what a person should know before trusting it, in sentences. */
  readonly warnings: readonly (readonly string[])[];
  /** What was run, as JSON: with the model and the backend it repeats the run. */
  readonly record: AscentRecord;
}

/** How a model is run. */
export interface ModelRecord {
  readonly contract: Contract | null;
  /** What the inputs besides the picture hold; of a large tensor only its shape. */
  readonly inputs: Readonly<
    Record<
      string,
      number | DrawnInput | MaximizedInput | { readonly shape: Shape; readonly values?: readonly number[] }
    >
  >;
  /** The output that class scores were read from; null when it was not named. */
  readonly logits: string | null;
  /** The shapes that were given for inputs, by name. */
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** What was run, as JSON: with the model and the backend it repeats the run. */
export interface AscentRecord extends ModelRecord, AscentSettings {
  readonly objectives: readonly Spec<"objective">[];
  /** Null where the parameterization began by itself. */
  readonly start: readonly Spec[] | null;
  readonly restarts: number;
  readonly keep: "last" | "best";
  readonly patience: number | null;
  readonly redirectSteps: number;
  readonly overrides: readonly string[];
  /** The operators for which the caller gave a rule of their own. */
  readonly rules: readonly string[];
  /** Further models and generators, by name. */
  readonly models: Readonly<Record<string, ModelRecord>>;
  readonly generators: Readonly<Record<string, ModelRecord>>;
  /** Height and width of the picture where they were asked for; null where they are those of the model's input. */
  readonly size: readonly [number, number] | null;
  /** What was taken for granted, in sentences, such as the size of a picture that the model leaves free. */
  readonly assumed: readonly string[];
  readonly streams: readonly number[];
  readonly shape: Shape;
  /** What the input holds; left out for pictures. */
  readonly holds?: InputKind;
  readonly runtime: string;
  /** Where settings were changed while it climbed, with what they were before; left out of a run that was not steered. */
  readonly steered?: readonly Steering[];
}

/** A change of settings in the middle of a run. */
export interface Steering {
  /** The last step with the settings of before. */
  readonly after: number;
  /** What was another, as it was. */
  readonly before: Partial<Pick<AscentRecord, SteeredField>>;
}

/** What can change in the middle of a run, where the step graph stays the same. */
export type SteeredField = "objectives" | "optimizer" | "schedule" | "clip" | "transforms" | "keep" | "patience";

/**
 * A run: wait for its result, or iterate over its steps. It begins when one of the two is asked for, and its steps can be had
 * once.
 *
 * @example
 * const { picture } = await maximize(model, "conv2:7");
 *
 * @example
 * const run = maximize(model, "conv2:7");
 * for await (const step of run) console.log(step.index, step.objective[0]);
 * const { picture } = await run;
 */
export interface Run extends AsyncIterable<Step>, PromiseLike<AscentResult> {
  /** Takes the steps that are left, where nobody iterates over them, and ends with the result. */
  readonly result: Promise<AscentResult>;
  /** The steps. Throws `bad-argument` where they are being taken already. */
  [Symbol.asyncIterator](): AsyncIterator<Step, void>;
}
