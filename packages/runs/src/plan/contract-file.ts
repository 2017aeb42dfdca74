import {
  contractOfRange,
  kinds,
  layouts,
  oneOf,
  suggest,
  orders,
  XstarError,
  type ChannelOrder,
  type Kind,
  type Layout,
} from "@xstar/core";
import type { ContractFile } from "./store.js";

const keys = ["mean", "std", "range", "layout", "order", "kind", "rate", "labels", "logits"];

/**
 * The input contract that a file beside a model holds, such as `{"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}`.
 * Throws `bad-data` naming the file and what is wrong.
 *
 * @example
 * const { contract, labels } = parseContract('{"range": [-1, 1]}', "model.contract.json");
 */
export function parseContract(text: string, path: string): ContractFile {
  const fail = (problem: string) =>
    new XstarError("bad-data", `The input contract "${path}" ${problem}`, {
      hint: 'Write it as {"mean": [0.5], "std": [0.5], "layout": "NCHW", "order": "RGB"}; mean and std have one number for all channels or one for each; of a signal {"kind": "audio", "rate": 16000}',
    });
  const needs = (field: string, what: string, value: unknown) =>
    fail(`needs "${field}" to be ${what}: current value is ${JSON.stringify(value)}`);
  const given = parseJson(text);
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw fail("is not a JSON object");
  const unknown = Object.keys(given).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw new XstarError("bad-data", `The input contract "${path}" has the unknown field "${unknown}"`, {
      hint: suggest(unknown, keys),
    });
  }
  const { mean, std, range, layout, order, kind, rate, labels, logits } = given as Record<string, unknown>;
  if (mean !== undefined && !isList(mean)) throw needs("mean", "a list of numbers", mean);
  if (std !== undefined && (!isList(std) || !std.every((s) => s > 0)))
    throw needs("std", "a list of numbers above 0", std);
  if (range !== undefined && !isRange(range)) throw needs("range", "two numbers [low, high]", range);
  if (range && (mean || std)) throw fail('has "range" beside "mean" or "std", which say the same: keep one of them');
  if (layout !== undefined && !layouts.includes(layout as Layout)) throw needs("layout", oneOf(layouts), layout);
  if (order !== undefined && !orders.includes(order as ChannelOrder)) throw needs("order", oneOf(orders), order);
  if (kind !== undefined && !kinds.includes(kind as Kind)) throw needs("kind", oneOf(kinds), kind);
  if (rate !== undefined && !(typeof rate === "number" && rate > 0 && Number.isFinite(rate)))
    throw needs("rate", "samples a second, a number above 0", rate);
  if (logits !== undefined && typeof logits !== "string") throw needs("logits", "the name of an output", logits);
  if (labels !== undefined && !isLabels(labels))
    throw needs("labels", "a list of names, or the name of a text file in the same folder", labels);
  return {
    path,
    contract: {
      ...(mean && { mean }),
      ...(std && { std }),
      ...(range && contractOfRange(...range)),
      ...(layout !== undefined && { layout: layout as Layout }),
      ...(order !== undefined && { order: order as ChannelOrder }),
      ...(kind !== undefined && { kind: kind as Kind }),
      ...(rate !== undefined && { rate: rate as number }),
    },
    labels,
    logits,
  };
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

function isRange(x: unknown): x is [number, number] {
  return isList(x) && x.length === 2 && x[0]! < x[1]!;
}

function isLabels(x: unknown): x is string | string[] {
  if (typeof x === "string") return x !== "" && !/[\\/]/.test(x);
  return Array.isArray(x) && x.every((one) => typeof one === "string");
}
