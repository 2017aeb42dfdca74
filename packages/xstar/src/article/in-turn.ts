/** Does the work for one item after the other. */
export async function inTurn<T, U>(items: readonly T[], work: (item: T, index: number) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (const [i, item] of items.entries()) results.push(await work(item, i));
  return results;
}
