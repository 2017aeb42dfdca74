import type { Field, Fields, Spec } from "../define/fields.js";
import { nearest, oneOf, XstarError } from "../errors.js";
import { channel, layerObjective, neuron } from "./activation.js";
import { add, mul, sub } from "./combine.js";
import { objectives } from "./table.js";

/** What a target may name. */
export interface TargetNames {
  readonly layers: readonly string[];
  /** Names of nodes, which stand for their first output. */
  readonly nodes?: readonly string[];
}

/** Objectives that can be written as a word: those that need nothing, or one index after a colon. */
const words = new Map(
  Object.entries(objectives).flatMap(([word, { params }]) => {
    const needed = Object.entries(params as Fields).filter(([, field]) => isNeeded(field));
    const [first] = needed;
    const isWord = needed.length === 0 || (needed.length === 1 && first![1].kind === "index");
    return isWord ? [[word, first?.[0]] as const] : [];
  }),
);

const form = `A target is LAYER, LAYER:CHANNEL or LAYER:CHANNEL@Y,X, a word such as logit:3 or tv, and sums and differences of them with weights: "0.5*conv1:3 - logit:7"`;

const weightForm = /(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*\*\s*/iy;

/** What may come behind a name. */
const boundary = /[\s:+)-]|$/y;

/**
 * The objective that a text stands for: `conv2:7`, `conv2:7@3,4`, `0.5*conv2:7 - logit:3 - 0.01*tv`.
 *
 * `LAYER` is the `layer` objective, `LAYER:CHANNEL` is `channel`, `LAYER:CHANNEL@Y,X` is `neuron` (`@` alone: the centre
 * one), and words are objectives without a layer (`logit:3`, `tv`). Of several names that fit, the longest one is meant,
 * and a layer before a word. Throws `bad-argument` and `unknown-layer`, both with the place in the text.
 */
export function parseTarget(text: string, { layers, nodes = [] }: TargetNames): Spec {
  const names = [...new Set([...layers, ...nodes, ...words.keys()])].sort((a, b) => b.length - a.length);
  const isLayer = new Set([...layers, ...nodes]);
  let at = 0;

  const looksAt = (pattern: RegExp, from = at) => {
    pattern.lastIndex = from;
    return pattern.exec(text)?.[0];
  };
  const take = (pattern: RegExp) => {
    const found = looksAt(pattern);
    at += found?.length ?? 0;
    return found;
  };
  const place = () => (at < text.length ? `at character ${at + 1}` : "at the end");
  const expected = (what: string) =>
    new XstarError("bad-argument", `Expected ${what} ${place()} of the target "${text}"`, { hint: form });
  const index = (what: string) => {
    const digits = take(/\d+/y);
    if (digits === undefined) throw expected(what);
    return Number(digits);
  };

  const layerTerm = (layer: string): Spec => {
    if (!take(/:/y)) return layerObjective({ layer });
    const unit = index("a channel number");
    if (!take(/@/y)) return channel({ layer, channel: unit });
    if (!looksAt(/[\d,]/y)) return neuron({ layer, channel: unit });
    const y = index("a row number");
    return neuron({ layer, channel: unit, y, x: take(/,/y) ? index("a column number") : undefined });
  };
  const wordTerm = (word: string): Spec => {
    const param = words.get(word);
    if (param === undefined) return objectives[word]!({});
    if (!take(/:/y)) throw expected(`":" and a ${param} number`);
    return objectives[word]!({ [param]: index(`a ${param} number`) });
  };
  const term = (): Spec => {
    if (take(/\(/y)) {
      const inner = sum();
      if (!take(/\)/y)) throw expected(`")"`);
      return inner;
    }
    const name = names.find((one) => text.startsWith(one, at) && looksAt(boundary, at + one.length) !== undefined);
    if (name === undefined) throw unknownName();
    at += name.length;
    return isLayer.has(name) ? layerTerm(name) : wordTerm(name);
  };
  const unknownName = () => {
    const wanted = looksAt(/[^\s()*]+?(?=:\d+(?:@[\d,]*)?(?:[\s+)-]|$))/y) ?? looksAt(/[^\s()*]+/y);
    if (wanted === undefined || /^[+-]/.test(wanted)) return expected("a layer");
    const near = nearest(wanted, names);
    return new XstarError("unknown-layer", `The model has no layer "${wanted}" (${place()} of the target "${text}")`, {
      hint: `Did you mean ${oneOf(near)}? xstar inspect lists all layers`,
      details: { layer: wanted, at, nearest: near },
    });
  };
  const weighted = (sign: number): Spec => {
    take(/\s+/y);
    const weight = sign * Number.parseFloat(take(weightForm) ?? "1");
    return weight === 1 ? term() : mul(weight, term());
  };
  const sum = (): Spec => {
    take(/\s+/y);
    let total = weighted(take(/[+-]/y) === "-" ? -1 : 1);
    for (;;) {
      take(/\s+/y);
      const sign = take(/[+-]/y);
      if (!sign) return total;
      total = (sign === "+" ? add : sub)(total, weighted(1));
    }
  };

  const target = sum();
  if (at < text.length) throw expected(`"+", "-" or the end`);
  return target;
}

function isNeeded(field: Field<unknown, unknown>): boolean {
  return field.fallback === undefined && !field.optional;
}
