import type { VjpRules } from "../autodiff/vjp.js";
import type { Spec } from "../define/spec.js";
import type { VocabularyOptions } from "../define/vocabulary.js";
import type { PrepareOptions } from "../forward/prepare.js";
import type { Shape, Tensor } from "../tensor.js";
import type { Randomized } from "./randomize.js";

/** How pictures are explained. */
export interface ExplainOptions extends PrepareOptions, VocabularyOptions {
  /** Names or specs of explanations. @default the one that fits the model best */
  readonly methods?: readonly (Spec<"explanation"> | string)[] | undefined;
  /** More of them, which are left out where they do not fit the model or the target. @default [] */
  readonly also?: readonly (Spec<"explanation"> | string)[] | undefined;
  /** The layer that methods read which name none. @default chosen by the model */
  readonly layer?: string | undefined;
  /** Names of the classes, so that targets may use them. */
  readonly labels?: readonly string[] | undefined;
  /** vjp rules of your own, by operator. */
  readonly rules?: VjpRules | undefined;
  /** Shuffles weights first: a map that stays the same does not tell what the network has learned. */
  readonly randomized?: Randomized | undefined;
  /** Decides what is random in a method. @default 0 */
  readonly seed?: number | undefined;
}

/** Which parts of a picture speak for a target, as one method sees it. */
export interface Explanation {
  readonly method: Spec<"explanation">;
  /** How much every pixel counts, [height, width] of the picture that the model takes. */
  readonly map: Tensor<"float32">;
  readonly isSigned: boolean;
  /** Layers that it was made of. */
  readonly layers: readonly string[];
  /** What else was found: `completenessGap` of integrated gradients. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** A picture explained. */
export interface ExplainedPicture {
  /** The target; null where it is the likeliest class. */
  readonly target: Spec<"objective"> | null;
  /** The class that is explained; null for a target that is none. */
  readonly class: number | null;
  /** The target's value: the score of the class. */
  readonly value: number;
  /** Of every class; null where the model has no class scores. */
  readonly probabilities: readonly number[] | null;
  readonly maps: readonly [Explanation, ...Explanation[]];
}

/** What a network says of a picture. */
export interface SeenPicture {
  readonly value: number;
  readonly probabilities: readonly number[] | null;
}

/** How one picture is explained. */
export interface ExplainRun {
  /** Stops between two runs of the network. */
  readonly signal?: AbortSignal | undefined;
  /** Told of variants of the picture that a method has looked at. */
  readonly onProgress?: ((method: string, done: number, of: number) => void) | undefined;
}

/** A model opened for explaining pictures. Release it when done. */
export interface Explainer {
  /** A picture [channels, height, width] from 0 (black) to 1 (white); one of another height and width is resized. */
  (picture: Tensor, run?: ExplainRun): Promise<ExplainedPicture>;
  /** The same without maps: what the network says of a picture; of the likeliest class, that of this picture. */
  look(picture: Tensor): Promise<SeenPicture>;
  /** Of the pictures that the model takes, [channels, height, width]. */
  readonly shape: Shape;
  readonly methods: readonly Spec<"explanation">[];
  /** Methods that do not fit, with the reason. */
  readonly leftOut: readonly { readonly method: string; readonly reason: string }[];
  /** What was taken for granted, in sentences. */
  readonly assumed: readonly string[];
  release(): Promise<void>;
}
