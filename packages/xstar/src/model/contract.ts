import { join } from "node:path";
import { nearest, oneOf, XstarError, type Contract } from "@xstar/core";
import { readTextIfThere } from "./read-beside.js";

const keys = ["mean", "std", "layout"];

/**
 * The input contract beside a model: `<name>.contract.json`, or `model.contract.json` for all models of the folder, such
 * as `{"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}`. Throws `bad-data` naming the file and what is wrong.
 */
export async function readContract(folder: string, name: string): Promise<Contract | undefined> {
  for (const path of [join(folder, `${name}.contract.json`), join(folder, "model.contract.json")]) {
    const text = await readTextIfThere(path);
    if (text !== undefined) return parseContract(text, path);
  }
  return undefined;
}

function parseContract(text: string, path: string): Contract {
  const fail = (problem: string) =>
    new XstarError("bad-data", `The input contract "${path}" ${problem}`, {
      hint: 'Write it as {"mean": [0.5], "std": [0.5]}, one number for all channels or one for each',
    });
  const given = parseJson(text);
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw fail("is not a JSON object");
  const unknown = Object.keys(given).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw fail(`has the unknown field "${unknown}": did you mean ${oneOf(nearest(unknown, keys, 1))}?`);
  const { mean = [0], std = [1], layout = "NCHW" } = given as Record<string, unknown>;
  if (layout !== "NCHW") throw fail(`asks for the layout ${JSON.stringify(layout)}, but only "NCHW" is handled`);
  if (!isList(mean)) throw fail(`needs "mean" to be a list of numbers: current value is ${JSON.stringify(mean)}`);
  if (!isList(std) || std.includes(0))
    throw fail(`needs "std" to be a list of numbers other than 0: current value is ${JSON.stringify(std)}`);
  return { mean, std };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isList(x: unknown): x is number[] {
  return Array.isArray(x) && x.length > 0 && x.every((one) => typeof one === "number" && Number.isFinite(one));
}
