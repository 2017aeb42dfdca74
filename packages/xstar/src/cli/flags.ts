import { XstarError } from "@xstar/core";

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

const units: Readonly<Record<string, number>> = {
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
};

/** `2GB`, `1.5 GiB`, `800MB` in bytes. */
export function readMemory(text: string): number {
  const [, number = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([kmg]i?b)\s*$/i.exec(text) ?? [];
  const bytes = Number(number) * (units[unit.toUpperCase()] ?? Number.NaN);
  if (bytes > 0) return bytes;
  throw new XstarError("bad-argument", `"--memory" must be a size such as 2GB or 800MB: current value is ${text}`);
}
