import {
  check,
  tensor,
  XstarError,
  type AscentRecord,
  type Checkpoint,
  type RunIdentity,
  type Tensor,
} from "@xstar/core";
import { decodeTensors, encodeTensors, type RunFacts } from "@xstar/results";
import type { KeptFrames } from "./frames.js";

/** An ascent that is not at its end. */
export interface SavedAscent {
  /** It goes on only where they are the same. */
  readonly facts: RunFacts;
  readonly checkpoint: Checkpoint;
  readonly frames: KeptFrames;
  /** Spent on it so far, in all its runs. */
  readonly seconds: number;
}

/** What of a checkpoint is no tensor. */
interface CheckpointHeader {
  readonly record: AscentRecord;
  readonly identity: RunIdentity;
  readonly index: number;
  readonly divergedAt: readonly (number | null)[];
  readonly redirected: readonly number[];
  /** The step of each best picture. */
  readonly bestSteps: readonly number[];
}

/** What of a saved ascent is no tensor. */
interface Header extends CheckpointHeader {
  readonly facts: RunFacts;
  readonly frames: { readonly indices: readonly number[]; readonly distance: number };
  readonly seconds: number;
}

const headerName = "ascent";
const [curveName, pictureName, bestName] = ["curve", "picture", "best"];
const [gradientNormName, networkGradientNormName, bestValuesName, meansName] = [
  "gradientNorm",
  "networkGradientNorm",
  "best values",
  "means",
];
const [statePrefix, watchPrefix, framePrefix] = ["state.", "watch.", "frame."];
const [inputPrefix, bestInputPrefix] = ["input.", "best input."];

/**
 * A checkpoint as a safetensors file, to go on from in another process.
 *
 * @example
 * for await (const step of maximize(model, "conv2:7")) await writeFile("run.ckpt", encodeCheckpoint(step.checkpoint()));
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  return encodeTensors({
    tensors: tensorsOf(checkpoint),
    metadata: { [headerName]: JSON.stringify(headerOf(checkpoint)) },
  });
}

/**
 * The checkpoint in a safetensors file. Throws `bad-data` when the bytes are no whole checkpoint.
 *
 * @example
 * await maximize(model, "conv2:7", { resume: decodeCheckpoint(await readFile("run.ckpt")) });
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  check(bytes instanceof Uint8Array, "bytes", "those that encodeCheckpoint gave", bytes);
  const { header, tensors } = decode<CheckpointHeader>(bytes, "The checkpoint", isCheckpoint);
  return checkpointOf(header, tensors);
}

/** A safetensors file: state, curves, best pictures and frames as tensors, the rest as JSON. */
export function encodeAscent({ facts, checkpoint, frames, seconds }: SavedAscent): Uint8Array {
  const header: Header = {
    facts,
    ...headerOf(checkpoint),
    frames: { indices: frames.kept.map((frame) => frame.index), distance: frames.distance },
    seconds,
  };
  const kept = Object.fromEntries(frames.kept.map((frame) => [`${frame.index}`, frame.picture]));
  return encodeTensors({
    tensors: { ...tensorsOf(checkpoint), ...withPrefix(framePrefix, kept) },
    metadata: { [headerName]: JSON.stringify(header) },
  });
}

/** Throws `bad-data` when the bytes are no whole checkpoint. */
export function decodeAscent(bytes: Uint8Array, file: string): SavedAscent {
  const { header, tensors } = decode<Header>(bytes, `"${file}"`, (one) => {
    const { seconds, frames } = one;
    return isCheckpoint(one) && [seconds, frames.distance].every(Number.isFinite) && frames.indices.length > 0;
  });
  const { facts, seconds, frames } = header;
  return {
    facts,
    seconds,
    frames: {
      kept: frames.indices.map((at) => ({ index: at, picture: tensors(`${framePrefix}${at}`) })),
      distance: frames.distance,
    },
    checkpoint: checkpointOf(header, tensors),
  };
}

function headerOf({ record, identity, index, divergedAt, redirected, best }: Checkpoint): CheckpointHeader {
  return { record, identity, index, divergedAt, redirected, bestSteps: best.steps };
}

function tensorsOf({
  state,
  curve,
  watch,
  gradientNorm,
  networkGradientNorm,
  picture,
  inputs,
  best,
}: Checkpoint): Record<string, Tensor> {
  return {
    ...withPrefix(statePrefix, state),
    [curveName]: stack(curve),
    ...withPrefix(watchPrefix, mapValues(watch, stack)),
    [pictureName]: picture,
    [bestName]: best.picture,
    ...withPrefix(inputPrefix, inputs),
    ...withPrefix(bestInputPrefix, best.inputs),
    [gradientNormName]: tensor("float32", gradientNorm),
    [networkGradientNormName]: tensor("float32", networkGradientNorm),
    [bestValuesName]: tensor("float32", best.values),
    [meansName]: tensor("float32", best.means),
  };
}

/** The tensors of a file by name, and all of them. */
interface HeldTensors {
  (name: string): Tensor<"float32">;
  readonly all: Readonly<Record<string, Tensor>>;
}

function checkpointOf(header: CheckpointHeader, tensors: HeldTensors): Checkpoint {
  const { record, identity, index, divergedAt, redirected, bestSteps } = header;
  return {
    record,
    identity,
    index,
    divergedAt,
    redirected,
    state: withoutPrefix(statePrefix, tensors.all),
    curve: unstack(tensors(curveName)),
    watch: mapValues(withoutPrefix(watchPrefix, tensors.all), unstack),
    gradientNorm: tensors(gradientNormName).data,
    networkGradientNorm: tensors(networkGradientNormName).data,
    picture: tensors(pictureName),
    inputs: withoutPrefix<Tensor<"float32">>(inputPrefix, tensors.all),
    best: {
      picture: tensors(bestName),
      inputs: withoutPrefix<Tensor<"float32">>(bestInputPrefix, tensors.all),
      steps: bestSteps,
      values: tensors(bestValuesName).data,
      means: tensors(meansName).data,
    },
  };
}

/** The parts of a file of which the header is whole. Throws `bad-data` for any other. */
function decode<H>(
  bytes: Uint8Array,
  what: string,
  isWhole: (header: H) => boolean,
): { readonly header: H; readonly tensors: HeldTensors } {
  const broken = () =>
    new XstarError("bad-data", `${what} is not a whole checkpoint`, { hint: "Delete it to begin again" });
  const held = decodeTensors(bytes);
  const header = held && parseHeader(held.metadata[headerName], isWhole);
  if (!held || !header) throw broken();
  const get = (name: string) => {
    const found = held.tensors[name];
    if (found) return found as Tensor<"float32">;
    throw broken();
  };
  return { header, tensors: Object.assign(get, { all: held.tensors }) };
}

function isCheckpoint({ index, divergedAt, redirected, bestSteps }: CheckpointHeader): boolean {
  return Number.isFinite(index) && [divergedAt, redirected, bestSteps].every(Array.isArray);
}

function parseHeader<H>(text = "null", isWhole: (header: H) => boolean): H | undefined {
  try {
    const header = JSON.parse(text) as H;
    return isWhole(header) ? header : undefined;
  } catch {
    return undefined;
  }
}

/** Numbers of each step as one tensor [steps, batch]. */
function stack(rows: readonly Float32Array[]): Tensor {
  const batch = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * batch);
  rows.forEach((row, i) => data.set(row, i * batch));
  return tensor("float32", data, [rows.length, batch]);
}

function unstack({ shape, data }: Tensor): Float32Array[] {
  const [count = 0, batch = 0] = shape;
  return Array.from({ length: count }, (_, i) => (data as Float32Array).slice(i * batch, (i + 1) * batch));
}

function withPrefix(prefix: string, tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [`${prefix}${name}`, t]));
}

function withoutPrefix<T extends Tensor>(prefix: string, tensors: Readonly<Record<string, Tensor>>): Record<string, T> {
  const chosen = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(chosen.map(([name, t]) => [name.slice(prefix.length), t as T]));
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
