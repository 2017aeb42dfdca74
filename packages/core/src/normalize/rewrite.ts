import type { Node, Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";

/** Writes a node with other nodes that compute the same, from its inputs; undefined where it stays as it is. */
export type Rewrite = (node: Node, inputs: readonly Value[], op: Ops) => readonly (Value | undefined)[] | undefined;

/** Says how a node of an operator set older than `below` is written in the canonical one. */
export interface Upgrade {
  readonly below: number;
  readonly rewrite: Rewrite;
}
