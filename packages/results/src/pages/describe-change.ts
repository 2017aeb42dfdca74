import { formatNumber } from "./format.js";

const wholeColumns = ["on the left", "in the centre column", "on the right"];
const wholeRows = ["at the top", "in the middle row", "at the bottom"];
/** Where each ninth of a picture lies. */
export const ninths = [
  ["at the top left", "at the top centre", "at the top right"],
  ["at the middle left", "in the centre", "at the middle right"],
  ["at the bottom left", "at the bottom centre", "at the bottom right"],
];
const indices = [0, 1, 2] as const;

/**
 * Where a change (one plane, row-major) is brighter and where darker, in words for people who do not see it:
 * "brighter in the centre column, darker on the left and on the right; range −0.85 to 1.93". Looks at the means of
 * nine regions, so that a picture needs at least 3x3 pixels to have places.
 */
export function describeChange(plane: ArrayLike<number>, width: number, height: number): string {
  const values = Array.from(plane);
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (low === 0 && high === 0) return "no change";
  return `${describePlaces(values, width, height)}; range ${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
}

function describePlaces(values: readonly number[], width: number, height: number): string {
  const means = regionMeans(values, width, height);
  const strongest = Math.max(...means.flat().map(Math.abs));
  const meanSize = values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
  // Means of pure noise stay below about a third of its mean size.
  if (!(strongest > meanSize / 3)) return "brighter and darker pixels mixed, without clear places";
  const brighter = namePlaces(means.map((row) => row.map((mean) => mean >= strongest / 2)));
  const darker = namePlaces(means.map((row) => row.map((mean) => mean <= -strongest / 2)));
  return [brighter && `brighter ${brighter}`, darker && `darker ${darker}`].filter(Boolean).join(", ");
}

function regionMeans(values: readonly number[], width: number, height: number): number[][] {
  const sums = indices.map(() => indices.map(() => ({ sum: 0, count: 0 })));
  for (const [at, value] of values.entries()) {
    const row = Math.floor((3 * Math.floor(at / width)) / height);
    const column = Math.floor((3 * (at % width)) / width);
    const region = sums[row]![column]!;
    region.sum += value;
    region.count++;
  }
  return sums.map((row) => row.map(({ sum, count }) => (count === 0 ? 0 : sum / count)));
}

/** Whole columns, then whole rows, then what is left over. */
function namePlaces(marked: readonly (readonly boolean[])[]): string {
  const count = marked.flat().filter(Boolean).length;
  if (count === 9) return "everywhere";
  if (count === 8 && !marked[1]![1]) return "all around the centre";
  const columns = indices.filter((column) => indices.every((row) => marked[row]![column]));
  const rows = indices.filter((row) => indices.every((column) => marked[row]![column]));
  const rest = indices.flatMap((row) =>
    indices
      .filter((column) => marked[row]![column] && !columns.includes(column) && !rows.includes(row))
      .map((column) => ninths[row]![column]!),
  );
  return joinWithAnd([...columns.map((i) => wholeColumns[i]!), ...rows.map((i) => wholeRows[i]!), ...rest]);
}

/** `a, b and c`. */
export function joinWithAnd(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
