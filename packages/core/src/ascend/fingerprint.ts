import type { Tensors } from "../define/definition.js";
import type { WeightFiles } from "../onnx/weights.js";

/**
 * 64 bits that tell bytes apart, as 16 hex digits: two lanes mixed as in MurmurHash3 (Appleby 2008). Against accidents,
 * not against forgery.
 */
export function fingerprint(bytes: Uint8Array): string {
  const known = fingerprints.get(bytes);
  if (known) return known;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 4);
  let [a, b] = [bytes.length | 0, ~bytes.length];
  for (let i = 0; i < whole; i += 4) {
    const word = view.getUint32(i, true);
    a = mix(a, word, 0xcc9e2d51);
    b = mix(b, word, 0x85ebca6b);
  }
  for (let i = whole; i < bytes.length; i++) {
    a = mix(a, bytes[i]!, 0xcc9e2d51);
    b = mix(b, bytes[i]!, 0x85ebca6b);
  }
  const made = hex(finish(a ^ Math.imul(b, 5))) + hex(finish(b));
  fingerprints.set(bytes, made);
  return made;
}

/** Whole models are not read twice. */
const fingerprints = new WeakMap<Uint8Array, string>();

/** Of files with their names, in any order. */
export function fingerprintFiles(files: WeightFiles): string {
  return fingerprintText([...files].map(([name, bytes]) => `${name} ${fingerprint(bytes)}`));
}

/** Of tensors with their names and shapes, in any order. */
export function fingerprintTensors(tensors: Tensors): string {
  return fingerprintText(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
      const { buffer, byteOffset, byteLength } = data as Float32Array;
      return `${name} ${dtype} ${shape} ${fingerprint(new Uint8Array(buffer, byteOffset, byteLength))}`;
    }),
  );
}

const fingerprintText = (lines: readonly string[]) =>
  fingerprint(new TextEncoder().encode(JSON.stringify(lines.toSorted())));

function mix(lane: number, word: number, factor: number): number {
  const k = Math.imul(word, factor);
  const h = lane ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(lane: number): number {
  let h = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const hex = (n: number) => n.toString(16).padStart(8, "0");
