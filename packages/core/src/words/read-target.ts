import type { Fields } from "../define/fields.js";
import type { Spec } from "../define/spec.js";
import type { Vocabulary, WithVocabulary } from "../define/vocabulary.js";
import { mapSpecs } from "../define/walk.js";
import { XstarError } from "../errors.js";
import type { PreparedModel } from "../forward/prepare-model.js";
import type { Prepared } from "../forward/prepare.js";
import { targetNames } from "../model/layers.js";
import { cutsOf } from "../model/left-out.js";
import type { LabelsOf } from "./labels.js";
import { labelsFor, resolveTarget, type TargetLabels } from "./resolve-target.js";
import type { NamesOfModel } from "./scope.js";
import { parseTarget } from "./target.js";

/** What words of a target may name. */
export interface TargetOptions extends TargetLabels {
  /** Whether a person wrote it: the number of a class that is also the label of another one is then ambiguous. @default false */
  readonly isTyped?: boolean | undefined;
}

/** The objective that a text or a spec stands for, its classes as numbers. Throws `bad-argument`, `unknown-layer`. */
export function readTarget(
  target: Spec | string,
  prepared: Pick<Prepared, "first" | "further">,
  { isTyped = false, ...options }: TargetOptions & WithVocabulary,
): Spec {
  if (typeof target !== "string") return resolveTarget(target, prepared, options);
  const { first, further } = prepared;
  const names = { ...namesOf(first), models: new Map([...further].map(([name, one]) => [name, namesOf(one)])) };
  const spec = parseTarget(target, names, options.vocabulary.objective);
  if (isTyped) refuseAmbiguousNumbers(options.vocabulary, spec, labelsFor(prepared, options));
  return resolveTarget(spec, prepared, options);
}

/** Throws `bad-argument` for the number of a class that is also the label of another one. */
function refuseAmbiguousNumbers(vocabulary: Vocabulary, given: Spec, labelsOf: LabelsOf): void {
  mapSpecs(vocabulary, "objective", given, ({ spec, definition }) => {
    const labels = labelsOf(spec["model"] as string | undefined) ?? [];
    for (const [name, { kind }] of Object.entries(definition.params as Fields)) {
      const x = spec[name];
      if (kind !== "class" || typeof x !== "number" || labels[x]?.trim() === `${x}`) continue;
      const labelled = labels.findIndex((one) => one.trim() === `${x}`);
      if (labelled < 0) continue;
      throw new XstarError(
        "bad-argument",
        `The class ${x} is ambiguous: it is the label of number ${labelled}${labels[x] === undefined ? "" : `, and number ${x} is labelled "${labels[x]}"`}`,
        { hint: `Write ${spec.type}:"${x}" for the label, {"type":"${spec.type}","class":${x}} for the number` },
      );
    }
    return spec;
  });
}

/** Values that lie behind a cut are among them: who names one is told where it is cut off. */
function namesOf({ model, normalized }: PreparedModel): NamesOfModel {
  const { layers, nodes, others } = targetNames(model.source, normalized);
  const cut = [...normalized.values].flatMap(([name, value]) => (value.node && !value.type ? [name] : []));
  return { layers: [...layers, ...cut], nodes, others, cuts: cutsOf(model.source) };
}
