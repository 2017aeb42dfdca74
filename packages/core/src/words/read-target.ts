import type { WithVocabulary } from "../define/vocabulary.js";
import type { Spec } from "../define/spec.js";
import { targetNames } from "../model/layers.js";
import { XstarError } from "../errors.js";
import { combinations } from "../objectives/combine.js";
import { resolveLabels } from "./labels.js";
import { parseTarget } from "./target.js";
import type { PreparedModel } from "../forward/prepare-model.js";
import type { FurtherModel, Prepared } from "../forward/prepare.js";

export interface TargetOptions {
  /** Names of the classes of the first model. */
  readonly labels?: readonly string[] | undefined;
  readonly models?: Readonly<Record<string, FurtherModel>> | undefined;
}

/** The objective that a text or a spec stands for, its classes as numbers. Throws `bad-argument`, `unknown-layer`. */
export function readTarget(
  target: Spec | string,
  { first, further }: Pick<Prepared, "first" | "further">,
  { vocabulary, labels, models = {} }: TargetOptions & WithVocabulary,
): Spec {
  const names = () => ({ ...namesOf(first), models: new Map([...further].map(([name, one]) => [name, namesOf(one)])) });
  const spec = typeof target === "string" ? parseTarget(target, names(), vocabulary.objective) : target;
  if (isNumber(spec))
    throw new XstarError("bad-argument", `The target ${JSON.stringify(target)} is a number, which nothing can raise`);
  return resolveLabels(vocabulary, spec, (model) =>
    model === undefined ? (labels ?? first.model.labels) : (models[model]?.labels ?? models[model]?.model.labels),
  );
}

/** Whether it is made of numbers alone. */
function isNumber(spec: Spec | number): boolean {
  if (typeof spec === "number") return true;
  const { type, ...parts } = spec;
  return Object.hasOwn(combinations, type) && Object.values(parts).every((part) => isNumber(part as Spec | number));
}

const namesOf = ({ model, normalized }: PreparedModel) => targetNames(model.source, normalized);
