import { tensor, XstarError, type Tensor } from "@xstar/core";
import { decodeTensors, encodeTensors, type Confusion } from "@xstar/results";

/** Where a training stands: enough to go on and end with the same bytes. */
export interface Position {
  /** Which recipe it belongs to. */
  readonly hash: string;
  /** Steps taken. */
  readonly step: number;
  /** Running means of the last batches. */
  readonly loss: number;
  readonly accuracy: number;
  /** float32 tensors by name: weights and what the optimizer keeps. */
  readonly state: Readonly<Record<string, Tensor>>;
}

/** A network as an ONNX file, and what it makes of the test set. */
export interface TestedNetwork {
  readonly model: Uint8Array;
  readonly confusion: Confusion;
}

/** What is kept of a training that is not at its end. */
export interface Checkpoint extends Position {
  /** Spent on the training so far, in all its runs. */
  readonly seconds: number;
  /** By test accuracy; null before the first test. */
  readonly best: TestedNetwork | null;
}

const metadataName = "training";
const statePrefix = "state.";
const bestName = "best";

/** A safetensors file: the state, the best network as bytes, and the facts as JSON. */
export function encodeCheckpoint({ state, best, ...facts }: Checkpoint): Uint8Array {
  const kept = Object.entries(state).map(([name, t]) => [`${statePrefix}${name}`, t] as const);
  const model = best && tensor("uint8", best.model, [best.model.length]);
  return encodeTensors({
    tensors: { ...Object.fromEntries(kept), ...(model && { [bestName]: model }) },
    metadata: { [metadataName]: JSON.stringify({ ...facts, confusion: best?.confusion ?? null } satisfies Facts) },
  });
}

/** Throws `bad-data` when the bytes are no whole checkpoint. */
export function decodeCheckpoint(bytes: Uint8Array, file: string): Checkpoint {
  const held = decodeTensors(bytes);
  const facts = factsOf(held?.metadata[metadataName]);
  if (!held || !facts) throw broken(file);
  const { [bestName]: model, ...rest } = held.tensors;
  const { confusion, loss, accuracy, ...known } = facts;
  if ((model === undefined) !== (confusion === null)) throw broken(file);
  return {
    ...known,
    // JSON writes what is not finite as null
    loss: loss ?? Number.NaN,
    accuracy: accuracy ?? Number.NaN,
    state: Object.fromEntries(Object.entries(rest).map(([name, t]) => [name.slice(statePrefix.length), t])),
    best: confusion && { model: model!.data as Uint8Array, confusion },
  };
}

interface Facts {
  readonly hash: string;
  readonly step: number;
  readonly seconds: number;
  readonly loss: number | null;
  readonly accuracy: number | null;
  readonly confusion: Confusion | null;
}

const broken = (file: string) =>
  new XstarError("bad-data", `"${file}" is not a whole checkpoint`, { hint: "Delete it to begin again" });

function factsOf(text = "null"): Facts | undefined {
  try {
    const facts = JSON.parse(text) as Facts;
    const hasNumbers = Number.isInteger(facts.step) && Number.isFinite(facts.seconds);
    return hasNumbers && facts.confusion !== undefined ? facts : undefined;
  } catch {
    return undefined;
  }
}
