import {
  fields,
  floatTypes,
  oneOf,
  size,
  tensor,
  XstarError,
  type DeclaredInput,
  type HeldInput,
  type Model,
  type Tensor,
} from "@xstar/core";
import { decodeNpy, keepIfSame, type FileReference } from "@xstar/results";
import type { ReadInputs, ReadInputsOptions } from "./given-inputs.js";

/** What `readInputs` of given-inputs.ts says, where there is something to read. */
export async function readTexts(
  { inputs }: Model,
  texts: readonly string[],
  { files, earlier, seed = 0 }: ReadInputsOptions,
): Promise<ReadInputs> {
  const now = new Map(texts.map((text) => splitText(text, inputs)));
  const before = Object.entries(earlier?.files ?? {}).filter(([name]) => !now.has(name));
  const [maximized, ...others] = maximizedIn(inputs, now);
  const read: Record<string, HeldInput> = { ...earlier?.given };
  if (maximized !== undefined) delete read[maximized];
  for (const name of others) read[name] = { maximized: true };
  const inputFiles: Record<string, FileReference> = {};
  for (const [name, value] of [...before.map(([name, { path }]) => [name, path] as const), ...now]) {
    if (name === maximized || others.includes(name)) continue;
    if (value.endsWith(".npy")) {
      read[name] = decodeNpy(await files.read(await files.locate(value)), `"${value}"`);
      inputFiles[name] = keepIfSame(earlier?.files[name], await files.reference(value));
    } else
      read[name] = readValue(
        inputs.find((input) => input.name === name)!,
        value,
        seed,
      );
  }
  return { inputs: read, maximized, inputFiles };
}

/** The inputs of which a text says that they are maximized, in the model's order. Throws `bad-argument` for one that cannot be. */
function maximizedIn(inputs: readonly DeclaredInput[], texts: ReadonlyMap<string, string>): string[] {
  return inputs.flatMap(({ name, dtype, tokens }) => {
    const word = texts.get(name);
    if (word !== "maximize" && word !== "embed") return [];
    if (word === "embed" && !tokens)
      throw new XstarError("bad-argument", `Input "${name}" has no tokens whose vectors could be maximized`, {
        hint: "It must be of whole numbers that a Gather looks up in a table of vectors, in a model without another input of floating-point numbers",
      });
    if (!floatTypes.has(dtype))
      throw new XstarError("bad-argument", `Input "${name}" holds ${dtype}, which cannot be maximized`);
    return [name];
  });
}

/** The name of the input, and what is said of it. */
function splitText(text: string, inputs: readonly DeclaredInput[]): [name: string, value: string] {
  const found = inputs.find(({ name }) => text.startsWith(`${name}=`));
  if (found) return [found.name, text.slice(found.name.length + 1)];
  throw new XstarError(
    "bad-argument",
    `"--input" must be the name of an input and what it holds: current value is ${text}`,
    {
      hint: `The model has ${oneOf(inputs.map(({ name }) => name))}; NAME::INPUT is one of a model that another flag names`,
    },
  );
}

const anyNumber = fields.fixed("number", { fallback: 0 });
const anyNumbers = fields.numbers("numbers");

function readValue(input: DeclaredInput, value: string, seed: number): HeldInput {
  const flag = `--input ${input.name}`;
  if (value === "normal" || value === "uniform") return { drawn: value, seed };
  const [, hot] = /^one-hot:(.*)$/.exec(value) ?? [];
  if (hot !== undefined) return oneHot(input, Array.from(anyNumbers.parse(hot, flag)));
  if (!value.includes(",")) return anyNumber.parse(value, flag);
  return shaped(input, Array.from(anyNumbers.parse(value, flag)));
}

/** A row for each index: zeros, and a 1 there. */
function oneHot(input: DeclaredInput, hot: readonly number[]): Tensor {
  const length = input.dims.at(-1);
  if (typeof length !== "number") throw misfit(input, "it does not say how many numbers a row has");
  const wrong = hot.find((index) => !(Number.isInteger(index) && index >= 0 && index < length));
  if (wrong !== undefined) throw misfit(input, `${wrong} is no place in a row: they go from 0 to ${length - 1}`);
  return shaped(
    input,
    hot.flatMap((index) => Array.from({ length }, (_, i) => Number(i === index))),
  );
}

/** Numbers in the shape of an input, of which the first axis may be free. */
function shaped(input: DeclaredInput, values: readonly number[]): Tensor {
  const { dims, dtype } = input;
  if (dtype === "string") throw misfit(input, "it holds text");
  const [first, ...rest] = dims;
  const row = rest.every((dim) => typeof dim === "number") ? size(rest as number[]) : Number.NaN;
  const rows = values.length / row;
  if (Number.isInteger(rows) && (typeof first !== "number" || first === rows))
    return tensor(dtype, [...values], [rows, ...(rest as number[])]);
  throw misfit(input, `${values.length} numbers are given`);
}

function misfit({ name, dims }: DeclaredInput, problem: string): XstarError {
  const shape = dims.map((dim) => dim ?? "?").join(", ");
  return new XstarError("bad-argument", `"--input ${name}" does not fit the input of shape [${shape}]: ${problem}`);
}
