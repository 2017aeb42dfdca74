/** How a parameter reads what a caller gave: the fields of definitions have it. */
interface Parser<T> {
  parse(x: unknown, name: string): T;
}

/** Reads the value of a flag as a parameter of a definition reads it, with the same checks and sentences. */
export const valueOf =
  <T>(flag: string, field: Parser<T>) =>
  (text: string): T =>
    field.parse(text, flag);

/** Numbers with commas between them: `0.485,0.456,0.406`. */
export const listOf =
  (flag: string, field: Parser<number>) =>
  (text: string): number[] =>
    text.split(",").map((part) => field.parse(part, flag));

/** Gathers a flag that may be given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
