interface Snapshot {
  readonly snapshot: {
    readonly meta: { readonly node_fields: string[]; readonly node_types: [string[], ...unknown[]] };
  };
  readonly nodes: readonly number[];
}

/** What a program makes and can hold for ever; the rest of a heap is its code, and what V8 learns of it. */
const made: ReadonlySet<string> = new Set(["object", "closure", "array"]);

/** Counts the objects of a program in a snapshot of V8's heap. */
export function countObjects(snapshot: string): number {
  const { snapshot: about, nodes } = JSON.parse(snapshot) as Snapshot;
  const { node_fields: fields, node_types: types } = about.meta;
  const at = fields.indexOf("type");
  let count = 0;
  for (let i = at; i < nodes.length; i += fields.length) if (made.has(types[0][nodes[i]!]!)) count++;
  return count;
}
