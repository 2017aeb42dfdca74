import type { Table } from "../define/definition.js";
import type { ObjectiveDefinition } from "../define/objective.js";
import { leftOut, type CutPlace } from "../model/left-out.js";
import { didYouMean, nearest, suggest, XstarError } from "../errors.js";
import type { Scanner } from "./scanner.js";

/** The names of one model. */
export interface NamesOfModel {
  readonly layers: readonly string[];
  /** Names of nodes, which stand for their first output. */
  readonly nodes?: readonly string[];
  /** Other names of the model, with why they are no layers. */
  readonly others?: ReadonlyMap<string, string>;
  /** What is not in the model because its import left it out. */
  readonly cuts?: readonly CutPlace[];
}

/** What a target may name. */
export interface TargetNames extends NamesOfModel {
  /** Of further models, by name. */
  readonly models?: ReadonlyMap<string, NamesOfModel>;
}

/** A name in quotation marks. */
export const quoted = /"[^"]+"/y;

/** What may come behind a name. */
export const boundary = /[\s:@^*,+)-]|\[axis=|$/y;

/** What names stand for: those of one model. */
export interface Scope {
  /** The longest first. */
  readonly names: readonly string[];
  readonly layers: ReadonlySet<string>;
  readonly others: ReadonlyMap<string, string>;
  readonly cuts: readonly CutPlace[];
  readonly model?: string;
}

export function scopeOf(
  { layers, nodes = [], others = new Map(), cuts = [] }: NamesOfModel,
  objectives: Table<ObjectiveDefinition>,
  model?: string,
): Scope {
  const own = new Set([...layers, ...nodes]);
  const names = longestFirst(new Set([...own, ...Object.keys(objectives)]));
  return { names, layers: own, others, cuts, ...(model !== undefined && { model }) };
}

/** Layers, and words only where they begin alike. */
function nearestNames(wanted: string, { names, layers }: Scope): string[] {
  const words = names.filter((name) => !layers.has(name) && name.startsWith(wanted.slice(0, 3)));
  return [...nearest(wanted, words), ...nearest(wanted, layers)].slice(0, 3);
}

const longestFirst = (names: Iterable<string>) => [...names].sort((a, b) => b.length - a.length);

/** What a name is that nothing in the model has. */
export function unknownName(scan: Scanner, scope: Scope, models: ReadonlyMap<string, NamesOfModel>): XstarError {
  const { model } = scope;
  const prefix = scan.sees(/[^\s():]+(?=::)/y);
  // PyTorch calls layers onnx::Gemm_24: that is no model where there is none
  const isOfLayers = models.size === 0 && [...scope.layers].some((name) => name.startsWith(`${prefix}::`));
  if (prefix !== undefined && model === undefined && !isOfLayers) {
    return new XstarError("bad-argument", `There is no model "${prefix}" (${scan.place()})`, {
      hint:
        models.size > 0
          ? suggest(prefix, models.keys())
          : `Give it with --second ${prefix}=FILE, in code as one of the models`,
    });
  }
  const wanted =
    scan.sees(quoted)?.slice(1, -1) ??
    scan.sees(/[^\s()*^]+?(?=(?:\[axis=-?\d+\])?:\d+(?:@[\d,*-]*)?(?:[\s+)^-]|$))/y) ??
    scan.sees(/[^\s()*^,]+(?=,[a-z]\w*=)/iy) ??
    scan.sees(/[^\s()*^]+/y);
  if (wanted === undefined || /^[+-]/.test(wanted)) return scan.expected("a layer");
  const owner = model === undefined ? "The model" : `The model "${model}"`;
  const lost = new Map(scope.cuts.flatMap((cut) => cut.lost.map((name) => [name, cut] as const)));
  const cutName = scan.takeName(longestFirst(lost.keys()), boundary);
  if (cutName !== undefined) return leftOut(cutName, lost.get(cutName)!);
  const other = scan.takeName(longestFirst(scope.others.keys()), boundary);
  if (other !== undefined) {
    const problem = `"${other}" is a value of ${owner.replace("The", "the")} but no layer: ${scope.others.get(other)}`;
    return new XstarError("unknown-layer", problem, { details: { layer: other } });
  }
  const near = nearestNames(wanted, scope);
  const help = scope.layers.size > 0 ? "xstar inspect lists all layers" : "It has no layers that hold activations";
  return new XstarError("unknown-layer", `${owner} has no layer "${wanted}" (${scan.place()})`, {
    hint: `${didYouMean(near)}${help}${/[*/]/.test(wanted) ? '; products and quotients of terms need spaces: "a * b", "a / b"' : ""}`,
    details: { layer: wanted, at: scan.at, nearest: near },
  });
}
