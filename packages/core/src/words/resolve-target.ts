import { lookUp } from "../define/definition.js";
import type { Fields } from "../define/fields.js";
import { isSpec, type Spec } from "../define/spec.js";
import type { Vocabulary, WithVocabulary } from "../define/vocabulary.js";
import { kindIn } from "../define/walk.js";
import { check, XstarError } from "../errors.js";
import type { FurtherModel, Prepared } from "../forward/prepare.js";
import { resolveLabels, type LabelsOf } from "./labels.js";

/** What labels and further models a target may name. */
export interface TargetLabels {
  /** Names of the classes of the first model. */
  readonly labels?: readonly string[] | undefined;
  readonly models?: Readonly<Record<string, FurtherModel>> | undefined;
}

/** Where the names of classes are looked up. */
export const labelsFor =
  ({ first }: Pick<Prepared, "first">, { labels, models = {} }: TargetLabels): LabelsOf =>
  (model) =>
    model === undefined ? (labels ?? first.model.labels) : (models[model]?.labels ?? models[model]?.model.labels);

/** A target with its classes as numbers. Throws `bad-argument`. */
export function resolveTarget(
  spec: Spec,
  prepared: Pick<Prepared, "first">,
  { vocabulary, ...named }: TargetLabels & WithVocabulary,
): Spec {
  check(isSpec(spec) || typeof spec === "number", "target", "a target in words, or an objective", spec);
  if (isNumber(vocabulary, spec))
    throw new XstarError("bad-argument", `The target ${JSON.stringify(spec)} is a number, which nothing can raise`);
  return resolveLabels(vocabulary, spec, labelsFor(prepared, named));
}

/** Whether it is made of numbers alone. */
function isNumber(vocabulary: Vocabulary, spec: Spec | number): boolean {
  if (typeof spec === "number") return true;
  const fields = Object.entries(lookUp(vocabulary.objective, spec, "objective").params as Fields);
  const isMade = ([name, field]: (typeof fields)[number]) =>
    kindIn(field) === "objective" && isNumber(vocabulary, spec[name] as Spec | number);
  return fields.length > 0 && fields.every(isMade);
}
