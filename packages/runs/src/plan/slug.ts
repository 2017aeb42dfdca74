const longest = 80;

/**
 * A text as the name of a file: lower case letters, digits and hyphens.
 *
 * @example
 * slugOf("conv2:7"); // "conv2-7"
 */
export function slugOf(text: string): string {
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, "-")
    .slice(0, longest)
    .replace(/^[-.]+|[-.]+$/g, "");
  return slug || "target";
}

/**
 * The names with -2, -3, ... behind those that were there before.
 *
 * @example
 * distinct(["a", "a"]); // ["a", "a-2"]
 */
export function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let i = 2; taken.has(free); i++) free = `${name}-${i}`;
    taken.add(free);
    return free;
  });
}
