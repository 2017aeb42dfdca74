import { floatTypes, XstarError, type CutPlace, type Graph } from "@xstar/core";
import type { Symbolic } from "./symbolic.js";

/** What stands in the place of values that cannot be computed. */
export class Cut {
  constructor(
    readonly cause: XstarError,
    /** The last values before it. */
    readonly before: readonly Symbolic[],
  ) {}
}

/** Gathers what is left out. */
export class Cuts {
  private readonly places = new Map<XstarError, string[]>();

  /** Runs `work`, unless one of its inputs is cut already; a failure that is a limit of xstar cuts here. */
  guard<T>(name: string, inputs: readonly (Symbolic | Cut)[], work: () => T): T | Cut {
    const known = inputs.find((input) => input instanceof Cut);
    if (known) {
      this.places.get(known.cause)!.push(name);
      return known;
    }
    try {
      return work();
    } catch (error) {
      if (!XstarError.is(error) || error.code !== "unsupported-model") throw error;
      this.places.set(error, [name]);
      return new Cut(error, inputs as readonly Symbolic[]);
    }
  }

  list(): CutPlace[] {
    return [...this.places].map(([{ message, hint }, lost]) => ({
      why: message,
      ...(hint !== undefined && { hint }),
      lost,
    }));
  }

  /**
   * The outputs of what is left: in the place of a cut one the values before the cut, or where those are none what nothing
   * reads any more. Throws the cause when nothing is left.
   */
  outputs(wanted: readonly (Symbolic | Cut)[], graph: Graph): Symbolic[] {
    const before = new Set(wanted.flatMap((one) => (one instanceof Cut ? one.before : [])));
    const found = [...wanted.flatMap((one) => (one instanceof Cut ? [] : [one])), ...before];
    const useful = found.filter(({ value }) => value.node !== undefined);
    if (useful.length > 0) return useful;
    const cut = wanted.find((one) => one instanceof Cut);
    if (!cut) return found;
    const ends = unread(graph);
    if (ends.length > 0) return ends;
    throw cut.cause;
  }
}

/** Values of floats that are computed from an input, and that no node reads. */
function unread({ inputs, nodes }: Graph): Symbolic[] {
  const read = new Set(nodes.flatMap((node) => node.inputs));
  const fed = new Set(inputs);
  const ends: Symbolic[] = [];
  for (const node of nodes) {
    if (!node.inputs.some((input) => input && fed.has(input))) continue;
    for (const value of node.outputs) {
      if (!value) continue;
      fed.add(value);
      const isEnd = !read.has(value) && floatTypes.has(value.type!.dtype);
      if (isEnd) ends.push({ value, dtype: value.type!.dtype, dims: value.type!.shape, isFirst: false });
    }
  }
  return ends;
}
