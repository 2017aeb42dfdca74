import { check, suggest, XstarError } from "../errors.js";
import type { Overrides, OverrideDefinition } from "./define-rule.js";
import type { VjpRules } from "./vjp.js";

/**
 * What takes the place of standard rules: those of the named overrides, then one's own, the later before the earlier. Throws
 * `bad-argument` for an unknown name, and for an own rule for one of the model's `functions`, of which no call is left.
 */
export function changedRules(
  names: readonly string[] = [],
  own: VjpRules = {},
  functions: ReadonlySet<string> = new Set(),
  table: Overrides = {},
): VjpRules {
  check(Array.isArray(names), "overrides", "a list of names", names);
  const hidden = Object.keys(own).find((name) => functions.has(name));
  if (hidden !== undefined) {
    throw new XstarError(
      "bad-argument",
      `The rule for "${hidden}" would not be used: the model defines it as a function of other operators`,
      {
        hint: "xstar differentiates what is inside the function; give rules for the operators in it",
      },
    );
  }
  return Object.assign({}, ...names.map((name) => lookUpOverride(table, name).rules), own) as VjpRules;
}

function lookUpOverride(table: Overrides, name: string): OverrideDefinition {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found) return found;
  throw new XstarError("bad-argument", `There is no override "${name}"`, {
    hint: suggest(name, Object.keys(table)),
  });
}
