import { check as checkKind, XstarError } from "../errors.js";
import type { Table } from "./definition.js";
import type { SpecKind } from "./spec.js";
import type { ExplanationDefinition } from "./explanation.js";
import type { ObjectiveDefinition } from "./objective.js";
import type { OptimizerDefinition } from "./optimizer.js";
import type { ParameterizationDefinition } from "./parameterization.js";
import type { RecipeDefinition } from "./recipe.js";
import type { OverrideDefinition, RuleDefinition } from "../autodiff/define-rule.js";
import type { ScheduleDefinition } from "./schedule.js";
import type { StartDefinition } from "./start.js";
import type { TransformDefinition } from "./transform.js";

interface DefinitionOf {
  readonly objective: ObjectiveDefinition;
  readonly parameterization: ParameterizationDefinition;
  readonly transform: TransformDefinition;
  readonly optimizer: OptimizerDefinition;
  readonly schedule: ScheduleDefinition;
  readonly start: StartDefinition;
  readonly recipe: RecipeDefinition;
  readonly explanation: ExplanationDefinition;
  readonly rule: RuleDefinition;
  readonly override: OverrideDefinition;
}

/** Specs are of these kinds, and two more have names alone. */
export type DefinitionKind = keyof DefinitionOf;

/** A definition of what specs are of. */
export type SpecDefinition = DefinitionOf[SpecKind];

/** A definition of any kind: ours or a user's own. */
export type AnyDefinition = DefinitionOf[DefinitionKind];

/** All that specs and options may name, by kind and type. */
export type Vocabulary = { readonly [Kind in DefinitionKind]: Table<DefinitionOf[Kind]> };

/** What is read by a vocabulary. */
export interface WithVocabulary {
  readonly vocabulary: Vocabulary;
}

/** How a caller says what specs and words may name. */
export interface VocabularyOptions {
  /** Definitions of your own, which specs, words and recipes may then name. @default [] */
  readonly definitions?: readonly AnyDefinition[] | undefined;
  /** All that specs may name, in the place of the standard definitions. */
  readonly vocabulary?: Vocabulary | undefined;
}

const none: Vocabulary = {
  objective: {},
  parameterization: {},
  transform: {},
  optimizer: {},
  schedule: {},
  start: {},
  recipe: {},
  explanation: {},
  rule: {},
  override: {},
};

/**
 * A vocabulary with definitions added. Throws `bad-argument` for what is no definition, and for a type that the vocabulary has
 * already, by another definition.
 *
 * @example
 * const vocabulary = withDefinitions(standard, await loadDefinitions(["./my-parts.js"]));
 */
export function withDefinitions(vocabulary: Vocabulary, definitions: readonly AnyDefinition[]): Vocabulary {
  checkKind(Array.isArray(definitions), "definitions", "a list of definitions", definitions);
  if (definitions.length === 0) return vocabulary;
  const result: Record<DefinitionKind, Record<string, AnyDefinition>> = { ...vocabulary };
  for (const definition of definitions) {
    const { kind, type } = check(definition);
    const known = Object.hasOwn(result[kind], type) ? result[kind][type] : undefined;
    if (known && known !== definition) {
      throw new XstarError("bad-argument", `There is already a ${kind} of type "${type}"`, {
        hint: "Give your own another type",
      });
    }
    result[kind] = { ...result[kind], [type]: definition };
  }
  return result as Vocabulary;
}

/**
 * A vocabulary of these definitions alone, for a small bundle. Throws as `withDefinitions`.
 *
 * @example
 * const vocabulary = vocabularyOf([channel, fourier, adam, schedules.constant]);
 * await ascend(model, channel({ layer: "conv2", channel: 7 }), { vocabulary, recipe: "none", parameterization: "fourier", optimizer: "adam" });
 */
export function vocabularyOf(definitions: readonly AnyDefinition[]): Vocabulary {
  return withDefinitions(none, definitions);
}

/**
 * Whether something is what defineObjective and the like return.
 *
 * @example
 * isDefinition(channel); // true
 * isDefinition(channel({ layer: "conv2", channel: 7 })); // false: that is a spec
 */
export function isDefinition(x: unknown): x is AnyDefinition {
  const isThing = typeof x === "function" || (typeof x === "object" && x !== null);
  if (!isThing || !("kind" in x) || !("type" in x)) return false;
  return typeof x.kind === "string" && Object.hasOwn(none, x.kind) && typeof x.type === "string";
}

function check(definition: AnyDefinition): AnyDefinition {
  if (isDefinition(definition)) return definition;
  const shown = JSON.stringify(definition) ?? String(typeof definition);
  throw new XstarError("bad-argument", `A definition is what defineObjective and the like return, not ${shown}`, {
    hint: "Give the definitions themselves, not what they return when they are called",
  });
}
