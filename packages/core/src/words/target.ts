import type { Table } from "../define/definition.js";
import type { ObjectiveDefinition } from "../define/objective.js";
import type { Field, Fields } from "../define/fields.js";
import type { Spec } from "../define/spec.js";
import { check, XstarError } from "../errors.js";
import { channel, layer as wholeLayer, neuron, spatial } from "../objectives/activation.js";
import { combined, type Term } from "./arithmetic.js";
import { Scanner } from "./scanner.js";
import { boundary, quoted, scopeOf, unknownName, type NamesOfModel, type Scope, type TargetNames } from "./scope.js";
import { placesForm, takeAxis, takePlace } from "./target-place.js";

const form = `A target is LAYER, LAYER:CHANNEL, LAYER:CHANNEL@Y,X or LAYER@Y,X (also LAYER[axis=2]:CHANNEL, and ranges as in @0-6,*), a word such as logit:3 or tv, a word with parameters such as lp:p=4,around=0.5, MODEL::TARGET, and sums, differences, products and powers of them: "0.5*conv1:3 - logit:7"`;

const decimal = String.raw`(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const weightForm = new RegExp(String.raw`${decimal}\s*\*(?!\*)\s*`, "iy");
const numberForm = new RegExp(String.raw`${decimal}(?=[\s+*/^,)-]|$)`, "iy");
const numbersForm = new RegExp(`[+-]?${decimal}(?:,[+-]?${decimal})*`, "iy");
/** A number, a text in quotation marks, or a text up to the next space, comma or parenthesis. */
const valueForm = new RegExp(String.raw`-?${decimal}(?=[\s+*/^,)-]|$)|"[^"]*"|[^\s,()"]+`, "iy");

const times = /\s*\*\s*/y;
const over = /\s*\/\s*/y;
const power = /\s*\^\s*/y;
const signForm = /[+-]\s*/y;
/** What a label is cut short by: the words behind it. */
const furtherWords = /(?:,?\s+[^\s()*/^+,":@-][^\s()",]*)+/y;
/** A name in quotation marks. */
const assignment = /[a-z]\w*=/iy;
const assignmentBehind = /:[a-z]\w*=/iy;
/** Behind a number, the end of a range: digits that are no weight and begin no name. */
const rangeEnd = /-\d+(?!\s*\*|[\w.:/])/y;

/**
 * The objective that a text stands for: `conv2:7`, `conv2:7@3,4`, `0.5*conv2:7 - logit:flamingo - 0.01*tv`.
 *
 * - `LAYER` is the `layer` objective, `LAYER:CHANNEL` is `channel`, `LAYER:CHANNEL@Y,X` is `neuron`, `LAYER@Y,X` is
 *   `spatial` (`@` alone: the centre). A place is a number, a range `0-6` or `*` for each axis that is neither the batch
 *   nor the units: `@4` is token 4 or box 4, `@0-6,*` the first seven rows. `LAYER[axis=2]` says which axis holds the units.
 * - Any objective is a word by its type: alone where it needs nothing (`tv`), with the one thing that it needs
 *   (`logit:3`, `logit:"polar bear"`, `diversity:mixed4a`), or with parameters by name, separated by commas and without
 *   spaces (`lp:p=4`, `direction:layer=mixed4a,vector=1,0,-1`). A target inside is a term or in parentheses
 *   (`accentuation:target=(a:1 - tv),layer=a,image=cat.png`).
 * - `+`, `-`, weights before `*`, parentheses and `^` for powers (`a^b^c` is `a^(b^c)`); a factor may have a sign (`a * -b`).
 * ` / ` needs its spaces behind a name, and both ` * ` and
 *   ` / ` behind a label: they are part of some.
 * - `NAME::` before a term or parentheses reads a further model.
 *
 * - Names of layers may stand in quotation marks: `"my layer":3`.
 *
 * Of several names that fit, the longest one is meant, and a layer before a word. Throws `bad-argument` and
 * `unknown-layer`, both with the place in the text.
 *
 * @example
 * parseTarget("conv2:7 - 0.01*tv", { layers: ["conv2"], nodes: [] }, objectives);
 */
export function parseTarget(
  text: string,
  { models = new Map(), ...own }: TargetNames = { layers: [] },
  objectives: Table<ObjectiveDefinition>,
): Spec {
  check(typeof text === "string", "target", "a text", text);
  check(Array.isArray(own.layers), "layers", "the names of the model's layers", own.layers);
  check(typeof objectives === "object", "objectives", "a table of objectives, such as `objectives`", objectives);
  const parser = new Parser(new Scanner(text, form), models, objectives);
  return parser.whole(scopeOf(own, objectives));
}

class Parser {
  /** The class that was read last. */
  private label?: { readonly word: string; readonly text: string; readonly end: number };

  constructor(
    private readonly scan: Scanner,
    private readonly models: ReadonlyMap<string, NamesOfModel>,
    private readonly objectives: Table<ObjectiveDefinition>,
  ) {}

  whole(scope: Scope): Spec {
    const { scan } = this;
    const target = this.sum(scope);
    if (!scan.atEnd()) throw this.expected(`"+", "-" or the end`);
    if (typeof target !== "number") return target;
    throw new XstarError("bad-argument", `The target "${scan.text}" is a number, which nothing can raise`);
  }

  private sum(scope: Scope): Term {
    const { scan } = this;
    scan.take(/\s+/y);
    let total = this.product(scope, scan.take(/[+-]/y) === "-" ? -1 : 1);
    for (;;) {
      scan.take(/\s+/y);
      const sign = scan.take(/[+-]/y);
      if (!sign) return total;
      total = combined(sign === "+" ? "add" : "sub", total, this.product(scope, 1));
    }
  }

  private product(scope: Scope, sign: number): Term {
    const { scan } = this;
    scan.take(/\s+/y);
    let weight = sign;
    for (let next = scan.take(weightForm); next; next = scan.take(weightForm)) weight *= Number.parseFloat(next);
    const first = this.signed(scope);
    let result = combined("mul", weight, first);
    for (;;) {
      this.refuseStars();
      if (scan.take(times)) result = combined("mul", result, this.signed(scope));
      else if (scan.take(over)) result = combined("div", result, this.signed(scope));
      else return result;
    }
  }

  /** A factor, which may have a sign of its own: `a * -b`. */
  private signed(scope: Scope): Term {
    const sign = this.scan.take(signForm)?.[0] === "-" ? -1 : 1;
    return combined("mul", sign, this.power(scope));
  }

  /** `a^b^c` is `a^(b^c)`. */
  private power(scope: Scope): Term {
    const base = this.term(scope);
    return this.scan.take(power) ? combined("pow", base, this.exponent(scope)) : base;
  }

  private exponent(scope: Scope): Term {
    const { scan } = this;
    const sign = scan.take(/-/y) ? -1 : 1;
    if (scan.atEnd()) throw scan.expected("a power");
    return combined("mul", sign, this.power(scope));
  }

  private refuseStars(): void {
    const { scan } = this;
    if (!scan.sees(/\s*\*\*/y)) return;
    scan.take(/\s*/y);
    throw new XstarError("bad-argument", `"**" is no operator (${scan.place()})`, {
      hint: 'Powers are written with "^": "a^2"',
    });
  }

  /** What is missing here; of a label with spaces, how to write it. */
  private expected(what: string): XstarError {
    const { scan, label } = this;
    const words = label && scan.sees(furtherWords, label.end);
    if (!label || words === undefined) return scan.expected(what);
    const whole = `${label.text}${words}`.replaceAll(/\s+/g, " ");
    return new XstarError("bad-argument", `Expected ${what} ${scan.place()}`, {
      hint: whole.includes(",")
        ? `A label with commas is written in quotation marks: ${label.word}:"${whole}"; each of its names alone will do, too`
        : `A label with spaces is written with underscores or in quotation marks: ${label.word}:${whole.replaceAll(" ", "_")} or ${label.word}:"${whole}"`,
    });
  }

  private parentheses(scope: Scope): Term {
    const { scan } = this;
    scan.take(/\(/y);
    const inner = this.sum(scope);
    if (!scan.take(/\)/y)) throw this.expected(`")"`);
    return inner;
  }

  private term(scope: Scope): Term {
    const { scan, models } = this;
    if (scan.sees(/\(/y)) return this.parentheses(scope);
    const further = scan.takeName([...models.keys()], /::/y);
    if (further !== undefined) {
      scan.take(/::/y);
      return this.term(scopeOf(models.get(further)!, this.objectives, further));
    }
    const name = scan.takeName(scope.names, boundary) ?? this.quotedName(scope);
    if (name === undefined) {
      const number = scan.take(numberForm);
      if (number !== undefined) return Number(number);
      throw unknownName(scan, scope, this.models);
    }
    const isWord =
      Object.hasOwn(this.objectives, name) && (!scope.layers.has(name) || scan.sees(/:[^\s\d]/y) !== undefined);
    return isWord ? this.word(name, scope) : this.layer(name, scope);
  }

  /** `"a layer"`: a layer, never a word. */
  private quotedName({ layers }: Scope): string | undefined {
    const { scan } = this;
    const name = scan.sees(quoted)?.slice(1, -1);
    if (name === undefined || !layers.has(name)) return undefined;
    scan.take(quoted);
    return name;
  }

  private layer(layer: string, scope: Scope): Spec {
    const { scan } = this;
    const { model } = scope;
    const axis = takeAxis(scan);
    const from = { layer, model, ...(axis !== undefined && { axis }) };
    if (scan.take(/@/y)) return spatial({ ...from, ...takePlace(scan) });
    if (axis !== undefined && !scan.sees(/:/y)) throw scan.expected('":" and a channel number, or "@"');
    if (!scan.take(/:/y)) return wholeLayer({ layer, model });
    const unit = scan.index("a channel number");
    this.refuseRange(unit, scope);
    return scan.take(/@/y)
      ? neuron({ ...from, channel: unit, ...takePlace(scan) })
      : channel({ ...from, channel: unit });
  }

  private word(word: string, scope: Scope): Spec {
    const { scan } = this;
    const { [word]: definition } = this.objectives;
    const params = definition!.params as Fields;
    const needed = Object.entries(params).filter(([, field]) => isNeeded(field));
    const given: Record<string, unknown> = scope.model === undefined ? {} : { model: scope.model };
    const [first] = needed;
    if (scan.sees(assignmentBehind)) {
      scan.take(/:/y);
      this.parameters(params, given, scope);
    } else if (needed.length === 1) {
      const [name, field] = first!;
      if (!scan.take(/:/y)) throw scan.expected(`":" and ${describe(name, field)}`);
      const from = scan.at;
      given[name] = this.value(name, field, scope);
      if (field.kind === "class") this.label = { word, text: scan.text.slice(from, scan.at), end: scan.at };
    } else if (first) {
      throw scan.expected(`":" and parameters such as ${first[0]}=...`);
    }
    return definition!(given);
  }

  private parameters(params: Fields, given: Record<string, unknown>, scope: Scope): void {
    const { scan } = this;
    do {
      const name = scan.take(assignment)?.slice(0, -1);
      if (name === undefined) throw scan.expected("a parameter such as weight=0.5");
      given[name] = this.value(name, Object.hasOwn(params, name) ? params[name] : undefined, scope);
    } while (scan.take(/,/y));
  }

  private value(name: string, field: Field<unknown, unknown> | undefined, scope: Scope): unknown {
    const { scan } = this;
    if (field?.kind === "objective") return this.power(scope);
    if (field?.kind === "layer" && !scan.sees(/"/y)) {
      const layers = scope.names.filter((one) => scope.layers.has(one));
      const layer = scan.takeName(layers, boundary);
      if (layer !== undefined) return layer;
      throw unknownName(scan, scope, this.models);
    }
    const isList = field?.kind === "numbers" || field?.kind === "range";
    const listed = isList ? numbersForm : field?.kind === "places" ? placesForm : undefined;
    const text = (listed && scan.take(listed)) ?? scan.take(valueForm);
    if (text === undefined) throw scan.expected(describe(name, field));
    if (field?.kind === "index" || field?.kind === "class") this.refuseRange(text, scope);
    if (!text.startsWith('"')) return text;
    const inner = text.slice(1, -1);
    // in quotation marks a number is a label
    return field?.kind === "class" && inner.trim() !== "" && !Number.isNaN(Number(inner)) ? text : inner;
  }

  /** `conv2:0-3` is no difference: as a whole target it stands for many, which is not for here. */
  private refuseRange(from: string | number, { layers }: Scope): void {
    const { scan } = this;
    const to = scan.sees(rangeEnd)?.slice(1);
    if (to === undefined || layers.has(to)) return;
    throw new XstarError("bad-argument", `The range ${from}-${to} cannot stand in a sum (${scan.place()})`, {
      hint: `Write "${from} - ${to}" to subtract`,
    });
  }
}

const isNeeded = (field: Field<unknown, unknown>) => field.fallback === undefined && !field.optional;

/** What a parameter wants, as it reads in an error. */
function describe(name: string, field: Field<unknown, unknown> | undefined): string {
  if (field?.kind === "index" || field?.kind === "class") return `a ${name} number`;
  return `the ${name}`;
}
