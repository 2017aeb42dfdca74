import { tensor } from "@xstar/core";
import type { Builder } from "../build/builder.js";
import type { Symbolic } from "../build/symbolic.js";
import type { TfGraph, TfNode } from "./graph.js";
import { declaredType } from "./values.js";

/** What hands a value on as it is. */
const passes = /^(Identity|Switch)$/;
/** What takes one number beside anything. */
const takesOne = /^(BroadcastTo|(Not)?Equal|(Less|Greater)(Equal)?|Mul|Add(V2)?|Sub|RealDiv)$/;
/** What makes an answer of it. */
const answers = /^(Identity|Squeeze|Logical.*|(Not)?Equal|(Less|Greater)(Equal)?)$/;

/**
 * An input that is no picture but says how the network is to be computed: whether it is trained, at which size. One that
 * decides which of two branches is taken gets what it means in use (no, or 1); another is one number.
 */
export function settingOf(
  b: Builder,
  graph: TfGraph,
  node: TfNode,
  label: string,
  notes: string[],
): Symbolic | undefined {
  const type = declaredType(node.type("dtype"));
  const fixed = (value: 0 | 1) => {
    notes.push(`Input "${label}" says what is computed: it is ${value === 0 ? "no" : value} here`);
    return b.constant(tensor(value === 0 ? "bool" : "float32", [value], []), label);
  };
  if (type === "bool") return fixed(0);
  const isOne = readersOf(graph, node.name, passes).every(({ reader: { op } }) => takesOne.test(op) || passes.test(op));
  if (!isOne) return undefined;
  const decides = readersOf(graph, node.name, answers).some(
    ({ reader: { op, inputs }, from }) => op.endsWith("If") || (op === "Switch" && inputs[1] === from),
  );
  return decides ? fixed(1) : b.input(label, [], type);
}

interface Reading {
  readonly reader: TfNode;
  /** What it reads. */
  readonly from: string;
}

/** What reads a value, and what reads that where it is of such a kind. */
function readersOf({ nodes }: TfGraph, name: string, through: RegExp): Reading[] {
  const seen = new Set([name]);
  const found: Reading[] = [];
  for (const from of seen) {
    for (const reader of nodes.values()) {
      if (!reader.inputs.some((ref) => ref.replace(/:\d+$/, "") === from)) continue;
      found.push({ reader, from });
      if (through.test(reader.op)) seen.add(reader.name);
    }
  }
  return found;
}
