import { suggest, XstarError } from "../errors.js";
import type { Value, ValueType } from "../ir/graph.js";
import { sameShape, size, type Tensor } from "../tensor.js";

/** Throws `bad-argument` unless there is a tensor for each input, of its type and shape, and none else. */
export function checkFeeds(feeds: Readonly<Record<string, unknown>>, inputs: readonly Value[]): void {
  const names = inputs.map(({ name }) => name);
  for (const name of Object.keys(feeds)) {
    if (names.includes(name)) continue;
    throw new XstarError("bad-argument", `The model has no input "${name}"`, {
      hint: suggest(name, names),
    });
  }
  for (const { name, type } of inputs) checkFeed(name, feeds[name], type!);
}

/** Throws `bad-argument` unless `given` is a tensor of that type and shape, with as many elements. */
export function checkFeed(name: string, given: unknown, { dtype, shape }: ValueType): void {
  const problem = problemOf(given, { dtype, shape });
  if (problem === undefined) return;
  throw new XstarError("bad-argument", `"${name}" must be a tensor of ${dtype} [${shape}], and ${problem}`, {
    hint: dtype === "string" ? "Give { dtype, shape, data }" : `Make it with tensor("${dtype}", numbers, [${shape}])`,
  });
}

function problemOf(given: unknown, { dtype, shape }: ValueType): string | undefined {
  if (given === undefined || given === null) return "is missing";
  const { dtype: ownType, shape: own, data } = given as Partial<Tensor>;
  if (ownType === undefined || !Array.isArray(own) || data === undefined) return "is no tensor";
  if (ownType !== dtype || !sameShape(own, shape)) return `is of ${ownType} [${own}]`;
  return data.length === size(shape) ? undefined : `has ${data.length} elements instead of ${size(shape)}`;
}
