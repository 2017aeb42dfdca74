/** What a spec can be of. */
export const specKinds = [
  "objective",
  "parameterization",
  "transform",
  "optimizer",
  "schedule",
  "start",
  "recipe",
  "explanation",
] as const;

/**
 * The kind of a spec: `objective`, `parameterization`, `transform`, `optimizer`, `schedule`, `start`, `recipe` or `explanation`.
 */
export type SpecKind = (typeof specKinds)[number];

declare const kindOf: unique symbol;

/**
 * The plain JSON of one objective, parameterization, transform, optimizer, schedule, start, recipe or explanation. The kind is known to the
 * compiler alone: `transforms: [adam({})]` does not compile, and JSON from elsewhere fits every kind.
 *
 * @example
 * const spec: Spec<"optimizer"> = { type: "adam", learningRate: 0.05 };
 */
// oxlint-disable-next-line typescript/no-explicit-any
export interface Spec<Kind extends SpecKind = any, Type extends string = string> {
  readonly type: Type;
  readonly [kindOf]?: Kind;
  readonly [param: string]: unknown;
}

/** Whether a parameter of a spec is a spec inside it. */
export const isSpec = (x: unknown): x is Spec =>
  typeof x === "object" && x !== null && "type" in x && typeof x.type === "string";
