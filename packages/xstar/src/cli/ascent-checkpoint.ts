import { tensor, XstarError, type AscentRecord, type Checkpoint, type Tensor } from "@xstar/core";
import { decodeTensors, encodeTensors } from "../files/safetensors.js";
import type { RunRecord } from "../record/run-record.js";
import type { KeptFrames } from "./frames.js";

/** What a run knows of itself before its first step; a checkpoint goes on only where it is the same. */
export type RunFacts = Omit<RunRecord, "ascent" | "stopped" | "platform">;

/** An ascent that is not at its end. */
export interface SavedAscent {
  readonly facts: RunFacts;
  readonly checkpoint: Checkpoint;
  readonly frames: KeptFrames;
  /** Spent on it so far, in all its runs. */
  readonly seconds: number;
}

/** What of it is no tensor. */
interface Header {
  readonly facts: RunFacts;
  readonly record: AscentRecord;
  readonly index: number;
  readonly redirected: readonly number[];
  readonly slope: readonly number[];
  /** The step of each best picture. */
  readonly bestSteps: readonly number[];
  readonly frames: { readonly indices: readonly number[]; readonly distance: number };
  readonly seconds: number;
}

const headerName = "ascent";
const [curveName, pictureName, bestName] = ["curve", "picture", "best"];
const [statePrefix, watchPrefix, framePrefix] = ["state.", "watch.", "frame."];

/** A safetensors file: state, curves, best pictures and frames as tensors, the rest as JSON. */
export function encodeAscent({ facts, checkpoint, frames, seconds }: SavedAscent): Uint8Array {
  const { record, index, state, curve, watch, redirected, slope, picture, best } = checkpoint;
  const header: Header = {
    facts,
    record,
    index,
    redirected,
    slope: Array.from(slope),
    bestSteps: best.steps,
    frames: { indices: frames.kept.map((frame) => frame.index), distance: frames.distance },
    seconds,
  };
  const tensors = {
    ...withPrefix(statePrefix, state),
    [curveName]: stack(curve),
    ...withPrefix(watchPrefix, mapValues(watch, stack)),
    ...withPrefix(framePrefix, Object.fromEntries(frames.kept.map((frame) => [`${frame.index}`, frame.picture]))),
    [pictureName]: picture,
    [bestName]: best.picture,
  };
  return encodeTensors({ tensors, metadata: { [headerName]: JSON.stringify(header) } });
}

/** Throws `bad-data` when the bytes are no whole checkpoint. */
export function decodeAscent(bytes: Uint8Array, file: string): SavedAscent {
  const held = decodeTensors(bytes);
  const header = parseHeader(held?.metadata[headerName]);
  const broken = () =>
    new XstarError("bad-data", `"${file}" is not a whole checkpoint`, { hint: "Delete it to begin again" });
  if (!held || !header) throw broken();
  const { tensors } = held;
  const get = (name: string): Tensor => {
    const found = tensors[name];
    if (found) return found;
    throw broken();
  };
  const { facts, record, index, redirected, slope, bestSteps, frames, seconds } = header;
  return {
    facts,
    seconds,
    frames: {
      kept: frames.indices.map((at) => ({ index: at, picture: get(`${framePrefix}${at}`) })),
      distance: frames.distance,
    },
    checkpoint: {
      record,
      index,
      redirected,
      state: withoutPrefix(statePrefix, tensors),
      curve: unstack(get(curveName)),
      watch: mapValues(withoutPrefix(watchPrefix, tensors), unstack),
      slope: Float32Array.from(slope),
      picture: get(pictureName),
      best: { picture: get(bestName), steps: bestSteps },
    },
  };
}

function parseHeader(text = "null"): Header | undefined {
  try {
    const header = JSON.parse(text) as Header;
    const isWhole =
      [header.index, header.seconds, header.frames.distance].every(Number.isFinite) &&
      [header.redirected, header.bestSteps].every(Array.isArray) &&
      header.frames.indices.length > 0;
    return isWhole ? header : undefined;
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

function withoutPrefix(prefix: string, tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const chosen = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(chosen.map(([name, t]) => [name.slice(prefix.length), t]));
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
