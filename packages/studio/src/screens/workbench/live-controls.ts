import { isSpec, kindIn, lookUp, printTarget, standard, type fields, type Spec, type SpecKind } from "@xstar/core";

/** A number of a spec that a step graph takes as an input: it can change while a run climbs. */
export interface LiveControl {
  /** Where it is in the spec: the names of parameters from outside in. */
  readonly path: readonly string[];
  readonly name: string;
  readonly doc: string;
  readonly value: number;
  /** Whether it counts something: classes, channels. */
  readonly isWhole: boolean;
}

/** The live numbers of a spec and of those inside it, as their definitions have them. */
export function liveControlsOf(kind: SpecKind, spec: Spec, path: readonly string[] = []): LiveControl[] {
  const { params } = lookUp(standard[kind] as never, spec, kind) as { params: fields.Fields };
  return Object.entries(params).flatMap(([name, field]): LiveControl[] => {
    const at = [...path, name];
    const value = spec[name] ?? field.fallback;
    const inner = kindIn(field);
    if (inner && isSpec(value)) return liveControlsOf(inner, value, at);
    if (typeof value !== "number") return [];
    if (inner) return [{ path: at, name: weightOf(spec, name), doc: field.doc, value, isWhole: false }];
    return field.live ? [{ path: at, name, doc: field.doc, value, isWhole: field.live === "int64" }] : [];
  });
}

/** A number beside an objective, by what it weighs. */
function weightOf(spec: Spec, name: string): string {
  const other = spec[name === "left" ? "right" : "left"];
  return spec.type === "mul" && isSpec(other) ? `weight of ${printTarget(standard, other)}` : `number in ${spec.type}`;
}

/** A spec with another number at a path. */
export function withNumber(spec: Spec, [name, ...rest]: readonly string[], value: number): Spec {
  return { ...spec, [name!]: rest.length === 0 ? value : withNumber(spec[name!] as Spec, rest, value) };
}
