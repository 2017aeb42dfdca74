import type { WithVocabulary } from "../define/vocabulary.js";
import { isSpec, type Spec } from "../define/spec.js";
import { targetNames } from "../model/layers.js";
import { cutsOf } from "../model/left-out.js";
import { check, XstarError } from "../errors.js";
import { combinations } from "../objectives/combine.js";
import { refuseAmbiguousNumbers, resolveLabels } from "./labels.js";
import type { NamesOfModel } from "./scope.js";
import { parseTarget } from "./target.js";
import type { PreparedModel } from "../forward/prepare-model.js";
import type { FurtherModel, Prepared } from "../forward/prepare.js";

/** What words of a target may name. */
export interface TargetOptions {
  /** Names of the classes of the first model. */
  readonly labels?: readonly string[] | undefined;
  readonly models?: Readonly<Record<string, FurtherModel>> | undefined;
  /** Whether a person wrote it: the number of a class that is also the label of another one is then ambiguous. @default false */
  readonly isTyped?: boolean | undefined;
}

/** The objective that a text or a spec stands for, its classes as numbers. Throws `bad-argument`, `unknown-layer`. */
export function readTarget(
  target: Spec | string,
  { first, further }: Pick<Prepared, "first" | "further">,
  { vocabulary, labels, models = {}, isTyped = false }: TargetOptions & WithVocabulary,
): Spec {
  const names = () => ({ ...namesOf(first), models: new Map([...further].map(([name, one]) => [name, namesOf(one)])) });
  const spec = typeof target === "string" ? parseTarget(target, names(), vocabulary.objective) : target;
  check(typeof spec === "number" || isSpec(spec), "target", "a target in words, or an objective", target);
  if (isNumber(spec))
    throw new XstarError("bad-argument", `The target ${JSON.stringify(target)} is a number, which nothing can raise`);
  const labelsOf = (model?: string) =>
    model === undefined ? (labels ?? first.model.labels) : (models[model]?.labels ?? models[model]?.model.labels);
  if (isTyped && typeof target === "string") refuseAmbiguousNumbers(vocabulary, spec, labelsOf);
  return resolveLabels(vocabulary, spec, labelsOf);
}

/** Whether it is made of numbers alone. */
function isNumber(spec: Spec | number): boolean {
  if (typeof spec === "number") return true;
  const { type, ...parts } = spec;
  return Object.hasOwn(combinations, type) && Object.values(parts).every((part) => isNumber(part as Spec | number));
}

/** Values that lie behind a cut are among them: who names one is told where it is cut off. */
function namesOf({ model, normalized }: PreparedModel): NamesOfModel {
  const { layers, nodes } = targetNames(model.source, normalized);
  const cut = [...normalized.values].flatMap(([name, value]) => (value.node && !value.type ? [name] : []));
  return { layers: [...layers, ...cut], nodes, cuts: cutsOf(model.source) };
}
