import { tensor, XstarError, type AscentRecord, type Checkpoint, type RunIdentity, type Tensor } from "@xstar/core";
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

/** What of it is no tensor. */
interface Header {
  readonly facts: RunFacts;
  readonly record: AscentRecord;
  readonly identity: RunIdentity;
  readonly index: number;
  readonly broke: readonly (number | null)[];
  readonly redirected: readonly number[];
  /** The step of each best picture. */
  readonly bestSteps: readonly number[];
  readonly frames: { readonly indices: readonly number[]; readonly distance: number };
  readonly seconds: number;
}

const headerName = "ascent";
const [curveName, pictureName, bestName] = ["curve", "picture", "best"];
const [slopeName, reachName, bestValuesName, meansName] = ["slope", "reach", "best values", "means"];
const [statePrefix, watchPrefix, framePrefix] = ["state.", "watch.", "frame."];

/** A safetensors file: state, curves, best pictures and frames as tensors, the rest as JSON. */
export function encodeAscent({ facts, checkpoint, frames, seconds }: SavedAscent): Uint8Array {
  const { record, identity, index, state, curve, watch, broke, redirected, slope, reach, picture, best } = checkpoint;
  const header: Header = {
    facts,
    record,
    identity,
    index,
    broke,
    redirected,
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
    [slopeName]: tensor("float32", slope),
    [reachName]: tensor("float32", reach),
    [bestValuesName]: tensor("float32", best.values),
    [meansName]: tensor("float32", best.means),
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
  const floats = (name: string) => get(name).data as Float32Array;
  const { facts, record, identity, index, broke, redirected, bestSteps, frames, seconds } = header;
  return {
    facts,
    seconds,
    frames: {
      kept: frames.indices.map((at) => ({ index: at, picture: get(`${framePrefix}${at}`) })),
      distance: frames.distance,
    },
    checkpoint: {
      record,
      identity,
      index,
      broke,
      redirected,
      state: withoutPrefix(statePrefix, tensors),
      curve: unstack(get(curveName)),
      watch: mapValues(withoutPrefix(watchPrefix, tensors), unstack),
      slope: floats(slopeName),
      reach: floats(reachName),
      picture: get(pictureName),
      best: { picture: get(bestName), steps: bestSteps, values: floats(bestValuesName), means: floats(meansName) },
    },
  };
}

function parseHeader(text = "null"): Header | undefined {
  try {
    const header = JSON.parse(text) as Header;
    const isWhole =
      [header.index, header.seconds, header.frames.distance].every(Number.isFinite) &&
      [header.broke, header.redirected, header.bestSteps].every(Array.isArray) &&
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
