import { XstarError } from "../errors.js";
import type { Table } from "./definition.js";
import type { SpecKind } from "./spec.js";
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

const none: Vocabulary = {
  objective: {},
  parameterization: {},
  transform: {},
  optimizer: {},
  schedule: {},
  start: {},
  recipe: {},
  rule: {},
  override: {},
};

/**
 * A vocabulary with definitions added. Throws `bad-argument` for what is no definition, and for a type that the vocabulary has
 * already, by another definition.
 */
export function withDefinitions(vocabulary: Vocabulary, definitions: readonly AnyDefinition[]): Vocabulary {
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

/** A vocabulary of these definitions alone, for a small bundle. Throws as `withDefinitions`. */
export function vocabularyOf(definitions: readonly AnyDefinition[]): Vocabulary {
  return withDefinitions(none, definitions);
}

function check(definition: AnyDefinition): AnyDefinition {
  const isThing = typeof definition === "function" || (typeof definition === "object" && definition !== null);
  if (isThing && Object.hasOwn(none, definition.kind) && typeof definition.type === "string") return definition;
  throw new XstarError(
    "bad-argument",
    `A definition is what defineObjective and the like return, not ${JSON.stringify(definition)}`,
    {
      hint: "Give the definitions themselves, not what they return when they are called",
    },
  );
}
