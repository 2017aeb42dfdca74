import type { Spec } from "../define/fields.js";
import { targetNames } from "../model/layers.js";
import { XstarError } from "../errors.js";
import { combinations } from "../objectives/combine.js";
import { resolveLabels } from "../objectives/labels.js";
import { parseTarget } from "../objectives/target.js";
import type { Batched } from "./forward.js";
import type { FurtherModel, Prepared } from "./prepare.js";

export interface TargetLabels {
  /** Names of the classes of the first model. */
  readonly labels?: readonly string[];
  readonly models?: Readonly<Record<string, FurtherModel>>;
}

/** The objective that a text or a spec stands for, its classes as numbers. Throws `bad-argument`, `unknown-layer`. */
export function readTarget(
  target: Spec | string,
  { first, further }: Pick<Prepared, "first" | "further">,
  { labels, models = {} }: TargetLabels = {},
): Spec {
  const names = () => ({ ...namesOf(first), models: new Map([...further].map(([name, one]) => [name, namesOf(one)])) });
  const spec = typeof target === "string" ? parseTarget(target, names()) : target;
  if (isNumber(spec))
    throw new XstarError("bad-argument", `The target ${JSON.stringify(target)} is a number, which nothing can raise`);
  return resolveLabels(spec, (model) => (model === undefined ? labels : models[model]?.labels));
}

/** Whether it is made of numbers alone. */
function isNumber(spec: Spec | number): boolean {
  if (typeof spec === "number") return true;
  const { type, ...parts } = spec;
  return Object.hasOwn(combinations, type) && Object.values(parts).every((part) => isNumber(part as Spec | number));
}

/** Values that lie behind a cut are among them: who names one is told where it is cut off. */
function namesOf({ model, normalized }: Batched): { layers: string[]; nodes: string[] } {
  const { layers, nodes } = targetNames(model.source, normalized);
  const cut = [...normalized.values].flatMap(([name, value]) => (value.node && !value.type ? [name] : []));
  return { layers: [...layers, ...cut], nodes };
}
