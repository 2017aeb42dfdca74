/**
 * How well numbers tell two groups apart: the chance that one of the first group has the larger number than one of the second
 * (the area under the ROC curve), ties counting half. Undefined where a group is empty.
 */
export function separation(values: ArrayLike<number>, isFirst: (i: number) => boolean): number | undefined {
  return separations(values, (i) => (isFirst(i) ? 0 : 1), 2)[0];
}

/** The same of each of some groups against all others. */
export function separations(
  values: ArrayLike<number>,
  groupOf: (i: number) => number,
  groups: number,
): (number | undefined)[] {
  const count = values.length;
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const sizes = new Float64Array(groups);
  const ranks = new Float64Array(groups);
  for (let from = 0; from < count;) {
    let to = from + 1;
    while (to < count && values[order[to]!] === values[order[from]!]) to++;
    const rank = (from + to + 1) / 2;
    for (let at = from; at < to; at++) {
      const group = groupOf(order[at]!);
      sizes[group]!++;
      ranks[group]! += rank;
    }
    from = to;
  }
  return Array.from({ length: groups }, (_, group) => {
    const [own, others] = [sizes[group]!, count - sizes[group]!];
    return own > 0 && others > 0 ? (ranks[group]! - (own * (own + 1)) / 2) / (own * others) : undefined;
  });
}
