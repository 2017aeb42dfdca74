import { tensor, XstarError } from "@xstar/core";
import type { Builder } from "../../build/builder.js";
import { rankOf, type Symbolic } from "../../build/symbolic.js";
import { binary, cast, joined } from "../../ops/elementwise.js";
import { unsqueeze } from "../../ops/shapes.js";
import type { Layer, LayerCall } from "../layer.js";

/** What is added to scores that do not count: their exponential is 0 in float32. */
const never = -1e9;

const isSymbolic = (x: unknown): x is Symbolic => typeof x === "object" && x !== null && "value" in x && "dims" in x;

/** An argument that may be given by its place or by its name. */
export function argument({ args, kwargs }: LayerCall, place: number, name: string): Symbolic | undefined {
  const found = kwargs[name] ?? args[place];
  return isSymbolic(found) ? found : undefined;
}

/** Which queries and keys count, [batch, queries] and [batch, keys]; all when left out. */
export interface Counting {
  readonly queries?: Symbolic | undefined;
  readonly keys: readonly (Symbolic | undefined)[];
}

/** Scores [batch, ..., queries, keys], of which those that a mask takes away do not count any more. */
export function masked(
  b: Builder,
  scores: Symbolic,
  layer: Layer,
  { kwargs }: LayerCall,
  { queries, keys }: Counting,
): Symbolic {
  const causal = kwargs["use_causal_mask"] === true || layer.flag("causal", false);
  const seen = causal ? binary(b, "Add", scores, pastOnly(b, scores, layer)) : scores;
  const given = kwargs["attention_mask"];
  const masks = [
    ...[...new Set(keys)].flatMap((mask) => (mask ? unsqueeze(b, mask, [1]) : [])),
    ...(queries ? [unsqueeze(b, queries, [2])] : []),
    ...(isSymbolic(given) ? [cast(b, given, "bool")] : []),
  ];
  if (masks.length === 0) return seen;
  const mask = joined(b, "And", masks);
  const kept = cast(b, mask, "float32");
  const axes = Array.from({ length: rankOf(scores) - rankOf(mask) }, (_, i) => i + 1);
  return binary(b, "Add", seen, binary(b, "Mul", binary(b, "Sub", 1, unsqueeze(b, kept, axes)), never));
}

/** Zeros for the queries that do not count; `x` is [batch, queries, features]. */
export function ofCounting(b: Builder, x: Symbolic, mask: Symbolic | undefined): Symbolic {
  return mask ? binary(b, "Mul", x, unsqueeze(b, cast(b, mask, "float32"), [2])) : x;
}

/** A triangle: no query sees a later key. */
function pastOnly(b: Builder, { dims }: Symbolic, layer: Layer): Symbolic {
  const [queries, keys] = dims.slice(-2);
  if (queries === undefined || keys === undefined)
    throw new XstarError(
      "unsupported-model",
      `Layer "${layer.name}" (${layer.className}) sees only the past of a free number of steps, which is not supported`,
      { hint: "Save the model with the number of steps in its input shape" },
    );
  const at = (_: unknown, i: number) => (i % keys > Math.floor(i / keys) ? never : 0);
  return b.constant(tensor("float32", Float32Array.from({ length: queries * keys }, at), [queries, keys]), "past");
}
