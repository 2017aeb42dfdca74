import type { Tensor } from "@xstar/core";
import type { TfFunction, TfGraph, TfNode } from "./graph.js";

type Nodes = ReadonlyMap<string, TfNode>;

const nameOf = (ref: string) => ref.split(":")[0]!;

/**
 * The numbers of each variable, by the name of its node: what the graph itself would restore from the checkpoint. In
 * TensorFlow 2 a function does it, which is handed the variables; in TensorFlow 1 the nodes lie in the graph.
 */
export function readVariables(
  { nodes, functions }: TfGraph,
  restore: string | undefined,
  read: (key: string) => Tensor | undefined,
): Map<string, Tensor> {
  const call = restore === undefined ? undefined : nodes.get(nameOf(restore));
  const called = call && functions.get(call.function("f") ?? "");
  const found = called
    ? restoredBy(called.nodes, (name) => handed(called, call, name))
    : restoredBy(nodes, (name) => name);
  return new Map(
    [...found].flatMap(([variable, key]) => {
      const value = read(key);
      return value ? [[variable, value] as const] : [];
    }),
  );
}

/** The variable that a function knows under the name of an argument. */
function handed({ inputs }: TfFunction, call: TfNode, argument: string): string | undefined {
  const given = call.inputs[inputs.indexOf(argument)];
  return given === undefined ? undefined : nameOf(given);
}

/** Follows each assignment back to the key that it restores: variable to key. */
function restoredBy(nodes: Nodes, variableOf: (name: string) => string | undefined): Map<string, string> {
  const keys = new Map<string, string>();
  for (const { op, inputs } of nodes.values()) {
    if (op !== "AssignVariableOp" && op !== "Assign") continue;
    const variable = variableOf(nameOf(inputs[0]!));
    const key = keyOf(inputs[1]!, nodes);
    if (variable !== undefined && key !== undefined) keys.set(variable, key);
  }
  return keys;
}

const passing = new Set(["Identity", "Reshape", "Cast"]);

function keyOf(ref: string, nodes: Nodes): string | undefined {
  const node = nodes.get(nameOf(ref));
  if (!node) return undefined;
  if (passing.has(node.op)) return keyOf(node.inputs[0]!, nodes);
  if (node.op !== "RestoreV2") return undefined;
  const names = nodes.get(nameOf(node.inputs[1]!))?.texts("value") ?? [];
  return names[Number(/:(\d+)$/.exec(ref)?.[1] ?? 0)];
}
