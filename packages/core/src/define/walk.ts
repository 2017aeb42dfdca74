import { lookUp } from "./definition.js";
import type { Field, Fields } from "./fields.js";
import { isSpec, specKinds, type Spec, type SpecKind } from "./spec.js";
import type { SpecDefinition, Vocabulary } from "./vocabulary.js";

/** A spec somewhere in a tree of them. */
export interface SpecNode {
  readonly kind: SpecKind;
  readonly spec: Spec;
  readonly definition: SpecDefinition;
}

const kinds: ReadonlySet<string> = new Set(specKinds);

/** The kind of spec that a field holds; undefined where it holds none. */
export const kindIn = ({ kind }: Field<unknown, unknown>): SpecKind | undefined =>
  kinds.has(kind) ? (kind as SpecKind) : undefined;

/**
 * A spec and all those inside it, outer ones first. Throws `bad-argument` for a type that the vocabulary does not have.
 *
 * @example
 * for (const { spec } of specsIn(standard, "objective", sub(logit({ class: 3 }), tv({})))) console.log(spec.type); // sub, logit, tv
 */
export function* specsIn(vocabulary: Vocabulary, kind: SpecKind, spec: Spec): Generator<SpecNode> {
  const definition = lookUp<SpecDefinition>(vocabulary[kind], spec, kind);
  yield { kind, spec, definition };
  for (const [name, field] of Object.entries(definition.params as Fields)) {
    const inner = kindIn(field);
    const value = spec[name];
    if (inner && isSpec(value)) yield* specsIn(vocabulary, inner, value);
  }
}

/**
 * A spec with every one in it changed, inner ones first. Throws as `specsIn`.
 *
 * @example
 * const quieter = mapSpecs(standard, "objective", spec, (node) =>
 *   node.spec.type === "tv" ? mul(0.1, node.spec) : node.spec,
 * );
 */
export function mapSpecs(vocabulary: Vocabulary, kind: SpecKind, spec: Spec, change: (node: SpecNode) => Spec): Spec {
  const definition = lookUp<SpecDefinition>(vocabulary[kind], spec, kind);
  const params = Object.entries(definition.params as Fields).flatMap(([name, field]) => {
    const inner = kindIn(field);
    const value = spec[name];
    return inner && isSpec(value) ? [[name, mapSpecs(vocabulary, inner, value, change)] as const] : [];
  });
  const whole = params.length === 0 ? spec : { ...spec, ...Object.fromEntries(params) };
  return change({ kind, spec: whole, definition });
}
