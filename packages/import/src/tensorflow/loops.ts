import { constantNumbers, XstarError } from "@xstar/core";
import { Cut } from "../build/cut.js";
import type { Symbolic } from "../build/symbolic.js";
import type { TfNode } from "./graph.js";
import type { TensorList } from "./tensor-list.js";

/** A value while a graph is built; undefined on a branch that is never taken. */
export type Value = Symbolic | TensorList | Cut | undefined;

/** Most turns of a loop, and most nodes that all of them may have: each turn is written out. */
const most = { turns: 1000, nodes: 100_000 };

export interface Loop {
  readonly node: TfNode;
  /** Runs a function of the graph. */
  call(name: string, inputs: readonly Value[]): readonly Value[];
  /** Nodes that there are by now. */
  count(): number;
}

/** A loop whose turns are known: they are written out one after another. Throws `unsupported-model` for others. */
export function unroll({ node, call, count }: Loop, inputs: readonly Value[]): readonly Value[] {
  const [condition, body] = [node.function("cond"), node.function("body")];
  if (condition === undefined || body === undefined)
    throw new XstarError("bad-model", `The loop "${node.name}" has no condition or no body`);
  let state = inputs;
  for (let turn = 0; turn <= most.turns && count() <= most.nodes; turn++) {
    const [goesOn] = call(condition, state);
    if (!isTrue(goesOn, node)) return state;
    state = call(body, state);
  }
  throw new XstarError("unsupported-model", `The loop "${node.name}" is too long to be written out`, {
    details: { node: node.name },
  });
}

/** A condition that is known while the graph is built. Throws `unsupported-model` for one that depends on the input. */
export function isTrue(input: Value, { name, op }: TfNode): boolean {
  if (input instanceof Cut) throw input.cause;
  const known = input && "value" in input ? constantNumbers(input.value)?.[0] : undefined;
  if (known !== undefined) return known !== 0;
  throw new XstarError(
    "unsupported-model",
    `"${name}" (${op}) decides by the input what is computed, which is not supported`,
    { hint: "What comes before it can be used: xstar inspect lists it", details: { node: name } },
  );
}
