import { tensor, XstarError, type Tensor } from "@xstar/core";
import { decodeTensors, encodeTensors } from "../codecs/safetensors.js";
import { rowsOf } from "./ask.js";
import type { Finding } from "./finding.js";
import type { Observations } from "./observe.js";
import { createPrints, printSide } from "./prints.js";

/** Where a diagnosis stands that was stopped. */
export interface DiagnosisState {
  /** Which network, pictures and options it belongs to. */
  readonly of: string;
  readonly observed: Observations;
  readonly training: Observations | undefined;
  /** Names of the checks that are made. */
  readonly made: readonly string[];
  readonly findings: readonly Finding[];
}

/** A safetensors file: what was seen as tensors, the rest as JSON. */
export function encodeDiagnosis({ observed, training, ...facts }: DiagnosisState): Uint8Array {
  const [own, other] = [partsOf(observed, "images"), training && partsOf(training, "train")];
  const state = { ...facts, observed: own.facts, training: other?.facts ?? null };
  return encodeTensors({ tensors: { ...own.tensors, ...other?.tensors }, metadata: { state: JSON.stringify(state) } });
}

/** Throws `bad-data` for bytes that are no whole diagnosis. */
export function decodeDiagnosis(bytes: Uint8Array, file: string): DiagnosisState {
  const held = decodeTensors(bytes);
  try {
    const state = JSON.parse(held!.metadata["state"]!) as Omit<DiagnosisState, "observed" | "training"> & {
      readonly observed: Facts;
      readonly training: Facts | null;
    };
    const training = state.training ? joined(state.training, held!.tensors, "train") : undefined;
    return { ...state, observed: joined(state.observed, held!.tensors, "images"), training };
  } catch {
    throw new XstarError("bad-data", `"${file}" is not a whole diagnosis`, { hint: "Delete it to begin again" });
  }
}

type Facts = ReturnType<typeof partsOf>["facts"];

function partsOf(seen: Observations, prefix: string) {
  const { logits, prints, units, sample, ...plain } = seen;
  const { hashes, brightness, contrast, colours, copies } = prints;
  const tensors = {
    ...rows(`${prefix}.logits`, [...logits.values()]),
    ...rows(
      `${prefix}.sample`,
      sample.map(({ picture }) => picture),
    ),
    ...(copies.length > 0 && { [`${prefix}.copies`]: bytesOf(copies) }),
    ...Object.assign(
      {},
      ...units.map(({ least, most, means }, i) => rows(`${prefix}.units.${i}`, [least, most, ...means])),
    ),
  } as Record<string, Tensor>;
  const facts = {
    ...plain,
    prints: { hashes, brightness, contrast, colours },
    units: units.map(({ layer, opType, isDense, meansAt }) => ({ layer, opType, isDense, meansAt })),
    sample: sample.map(({ at, label }) => ({ at, label })),
    logits: [...logits.keys()],
  };
  return { tensors, facts };
}

function joined(facts: Facts, tensors: Readonly<Record<string, Tensor>>, prefix: string): Observations {
  const rowsBehind = (name: string) => (tensors[`${prefix}.${name}`] ? rowsOf(tensors[`${prefix}.${name}`]!) : []);
  const [logits, pictures] = [rowsBehind("logits"), rowsBehind("sample")];
  const copies = tensors[`${prefix}.copies`];
  const each = printSide * printSide;
  return {
    ...facts,
    logits: new Map(facts.logits.map((at, i) => [at, logits[i]!])),
    prints: createPrints({
      ...facts.prints,
      copies: facts.prints.hashes.map((_, i) => (copies!.data as Uint8Array).slice(i * each, (i + 1) * each)),
    }),
    units: facts.units.map((one, i) => {
      const [least, most, ...means] = rowsBehind(`units.${i}`) as [Float32Array, Float32Array, ...Float32Array[]];
      return { ...one, least, most, means };
    }),
    sample: facts.sample.map((one, i) => ({ ...one, picture: pictures[i]! })),
  };
}

/** Rows of one length as a tensor; nothing where there are none. */
function rows(name: string, all: readonly Float32Array[]): Record<string, Tensor> {
  if (all.length === 0) return {};
  const width = all[0]!.length;
  const data = new Float32Array(all.length * width);
  all.forEach((row, i) => data.set(row, i * width));
  return { [name]: tensor("float32", data, [all.length, width]) };
}

function bytesOf(copies: readonly Uint8Array[]): Tensor {
  const width = copies[0]!.length;
  const data = new Uint8Array(copies.length * width);
  copies.forEach((row, i) => data.set(row, i * width));
  return tensor("uint8", data, [copies.length, width]);
}
