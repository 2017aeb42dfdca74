import { pictureInput, XstarError, type Model, type Shape } from "@xstar/core";

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

/** `--size 224,224`: the model's picture input with height and width filled in where it leaves them free. */
export function freeShapes(model: Model, sides: readonly number[] | undefined): Map<string, Shape> {
  if (!sides) return new Map();
  const { name, dims } = pictureInput(model);
  if (sides.length !== 2)
    throw new XstarError("bad-argument", `"--size" must be height,width: it has ${sides.length} numbers`);
  const [, ...inner] = dims;
  if (inner.length < 2 || inner.slice(0, -2).some((dim) => typeof dim !== "number"))
    throw new XstarError(
      "bad-argument",
      `"--size" does not fit input "${name}" with the dimensions [${dims.map((dim) => dim ?? "?")}]`,
    );
  const fixed = inner.slice(-2).findIndex((dim, i) => typeof dim === "number" && dim !== sides[i]);
  if (fixed >= 0) {
    throw new XstarError(
      "bad-argument",
      `Input "${name}" is always ${inner.slice(-2).join(" high and ")} wide: it cannot be ${sides.join(" x ")}`,
    );
  }
  return new Map([[name, [1, ...(inner.slice(0, -2) as number[]), ...sides]]]);
}
