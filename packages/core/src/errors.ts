/** Every failure that xstar reports by design has one of these codes; `docs/errors.md` has a section for each. */
export const errorCodes = [
  "aborted",
  "bad-argument",
  "bad-data",
  "bad-graph",
  "bad-model",
  "diverged",
  "file-not-readable",
  "file-not-writable",
  "missing-vjp-rule",
  "no-gradient",
  "runtime-failure",
  "unknown-layer",
  "unreachable",
  "unsupported-model",
] as const;

/** What kind of failure an `XstarError` is: each has a section in docs/errors.md. */
export type ErrorCode = (typeof errorCodes)[number];

/** What helps with most errors of a code; those that know better say so. */
const usualHints: Readonly<Partial<Record<ErrorCode, string>>> = {
  "bad-graph":
    "With a model as it came from its exporter this is a fault of xstar; with rules of your own look at those",
  "bad-model": "The file is damaged or was written wrongly: onnx.checker.check_model may say more, or export it again",
  "runtime-failure": "If ONNX Runtime runs the model by itself with the same inputs, this is a fault of xstar",
  "unsupported-model": "Choose other input shapes, or export the model without what the message names",
};

export interface ErrorOptions {
  /** What the reader can do about it: one sentence. */
  readonly hint?: string;
  /** JSON facts for programs (it travels through postMessage and queues). */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error as plain JSON. */
export interface ErrorJson {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly stack?: string;
}

/** Names in damaged files hold any bytes: what is no sign is written out, as in `\x1b`. */
const readable = (text: string) =>
  text.replaceAll(/[^\P{Cc}\n\t]/gu, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);

const marker = Symbol.for("xstar.error");

/** The one error class of xstar: `code` for programs, `message` and `hint` for people. */
export class XstarError extends Error {
  override readonly name = "XstarError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly [marker] = true;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(readable(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint === undefined ? usualHints[code] : readable(options.hint);
    this.details = options.details;
  }

  /** What travels to another thread or a queue, and back by `XstarError.from`. */
  toJSON(): ErrorJson {
    const { code, message, hint, details, stack } = this;
    return { code, message, ...(hint !== undefined && { hint }), ...(details && { details }), ...(stack && { stack }) };
  }

  /** The error that `toJSON` was called of, with its stack. */
  static from({ code, message, stack, ...options }: ErrorJson): XstarError {
    const error = new XstarError(code, message, options);
    if (stack !== undefined) error.stack = stack;
    return error;
  }

  /** True for an XstarError of any copy of this package (`instanceof` is not). */
  static is(error: unknown): error is XstarError {
    return typeof error === "object" && error !== null && marker in error;
  }
}

/**
 * Throws `bad-argument` where an untyped caller gave something of another kind: `what` says what `name` must be.
 *
 * @example
 * const channels: number = 4;
 * check(channels === 1 || channels === 3, "channels", "1 or 3", channels);
 */
export function check(isRight: boolean, name: string, what: string, given: unknown): void {
  if (isRight) return;
  const shown =
    typeof given === "object" && given !== null ? "an object" : (JSON.stringify(given) ?? `${typeof given}`);
  const is = Array.isArray(given) ? "a list" : given === null ? "null" : shown;
  throw new XstarError("bad-argument", `"${name}" must be ${what}: current value is ${is}`);
}

/**
 * Throws `bad-argument` for an option that a call does not know.
 *
 * @example
 * checkNames("loadModel", { device: "cpu" }, ["runtime", "device", "precision"]);
 */
export function checkNames(call: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new XstarError("bad-argument", `${call} has no option "${unknown}"`, { hint: suggest(unknown, known) });
}

/**
 * The names that may have been meant by `wanted`, best first: those that contain it, and those that half of its letters or more are right of.
 *
 * @example
 * nearest("flamigo", ["flamingo", "crane"]); // ["flamingo"]
 */
export function nearest(wanted: string, names: Iterable<string>, count = 3): string[] {
  const lower = wanted.toLowerCase();
  return [...names]
    .map((name) => {
      const contains = name.toLowerCase().includes(lower);
      return { name, contains, distance: editDistance(lower, name.toLowerCase()) };
    })
    .filter(({ name, contains, distance }) => contains || 2 * distance <= Math.max(lower.length, name.length))
    .sort((a, b) => Number(b.contains) - Number(a.contains) || a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

/**
 * What to do about an unknown name: take the nearest, or where none is near, one of those that there are.
 *
 * @example
 * suggest("flamigo", ["flamingo", "crane"]); // Did you mean "flamingo"?
 * suggest("adam", ["jitter", "pad"]); // Choose "jitter" or "pad"
 */
export function suggest(wanted: string, names: Iterable<string>): string {
  const all = [...names];
  const near = nearest(wanted, all);
  if (near.length > 0) return `Did you mean ${oneOf(near)}?`;
  if (all.length === 0) return "There is none";
  return all.length > 40 ? `There are ${all.length}, such as ${oneOf(all.slice(0, 3))}` : `Choose ${oneOf(all)}`;
}

/**
 * The names as one English list: `"a", "b" or "c"`.
 *
 * @example
 * oneOf(["a", "b", "c"]); // "a", "b" or "c"
 */
export function oneOf(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

/** The beginning of a hint: `Did you mean "a" or "b"? `; nothing where no name is near. */
export function didYouMean(near: readonly string[]): string {
  return near.length > 0 ? `Did you mean ${oneOf(near)}? ` : "";
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
