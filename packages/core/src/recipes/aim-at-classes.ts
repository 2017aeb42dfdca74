import type { Spec } from "../define/spec.js";

const classes = /\b(logit|probability|crossEntropy)\b/;

/**
 * Whether every target, in words or as a spec, is or has a class.
 *
 * @example
 * aimAtClasses(["logit:flamingo", "logit:3 - 0.1*tv"]); // true
 */
export const aimAtClasses = (targets: readonly (string | Spec<"objective">)[]): boolean =>
  targets.length > 0 && targets.every((one) => classes.test(typeof one === "string" ? one : JSON.stringify(one)));
