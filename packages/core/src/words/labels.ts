import type { Fields } from "../define/fields.js";
import type { Spec } from "../define/spec.js";
import { suggest, XstarError } from "../errors.js";
import type { Vocabulary } from "../define/vocabulary.js";
import { mapSpecs } from "../define/walk.js";

/** Names of the classes of a model, the first one when none is named; undefined where they are not known. */
export type LabelsOf = (model?: string) => readonly string[] | undefined;

/** The objective with every class as a number, in the objectives inside it too. Throws `bad-argument`. */
export function resolveLabels(vocabulary: Vocabulary, given: Spec, labelsOf: LabelsOf): Spec {
  return mapSpecs(vocabulary, "objective", given, ({ spec, definition }) => {
    const model = spec["model"] as string | undefined;
    const classes = Object.entries(definition.params as Fields).flatMap(([name, { kind }]) => {
      const x = spec[name];
      const isLabel = kind === "class" && typeof x === "string" && x.trim() !== "" && Number.isNaN(Number(x));
      return isLabel ? [[name, classOfLabel(x, labelsOf(model), model)] as const] : [];
    });
    return classes.length === 0 ? spec : { ...spec, ...Object.fromEntries(classes) };
  });
}

/**
 * The number of the class of that label. Case and underscores do not matter, and of a label such as
 * `n02007558 flamingo, lesser flamingo` every name alone will do; the whole label goes before one of its names.
 */
function classOfLabel(wanted: string, labels: readonly string[] | undefined, model: string | undefined): number {
  const owner = model === undefined ? "the model" : `the model "${model}"`;
  if (!labels || labels.length === 0) {
    throw new XstarError("bad-argument", `The class "${wanted}" cannot be found: no labels of ${owner} are given`, {
      hint: "Give the labels, or the number of the class",
    });
  }
  const name = simplified(isQuoted(wanted) ? wanted.slice(1, -1) : wanted);
  const whole = indicesOf(labels, (label) => simplified(label) === name || withoutSynset(label) === name);
  const found = whole.length > 0 ? whole : indicesOf(labels, (label) => namesOf(label).includes(name));
  if (found.length === 1) return found[0]!;
  if (found.length === 0) {
    const hint = suggest(name, new Set(labels.flatMap((label) => [label, ...namesOf(label)])));
    throw new XstarError(
      "bad-argument",
      `There is no class "${wanted}" among the ${labels.length} labels of ${owner}`,
      { hint: `${hint}${/[*/^+-]/.test(wanted) ? operatorHint : ""}` },
    );
  }
  const all = found.map((i) => `${i} (${labels[i]})`);
  throw new XstarError("bad-argument", `The class "${wanted}" is ambiguous: ${all.join(", ")}`, {
    hint: "Give the number of the class",
  });
}

const operatorHint =
  ' Behind a label, operators need spaces and powers parentheses: "logit:flamingo * 2", "(logit:flamingo)^2"';

const isQuoted = (text: string) => /^".*"$/.test(text);
const simplified = (text: string) => text.toLowerCase().replaceAll("_", " ").replace(/\s+/g, " ").trim();
/** ImageNet label files begin their lines with the number of a WordNet synset. */
const withoutSynset = (label: string) => simplified(label).replace(/^n\d{8}[ :]+/, "");
const namesOf = (label: string) => withoutSynset(label).split(",").map(simplified);

function indicesOf(labels: readonly string[], fits: (label: string) => boolean): number[] {
  return labels.flatMap((label, i) => (fits(label) ? [i] : []));
}
