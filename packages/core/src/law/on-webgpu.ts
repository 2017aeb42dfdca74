import { fromOrt } from "../runtime/from-ort.js";
import type { Ort } from "../runtime/ort.js";
import type { Runtime } from "../runtime/runtime.js";

/** The largest difference that WGSL's functions allow: its sine may be off by 2^-11. */
export const tolerance = 5e-4;

/** A device that tells whether it ran what it opened alone, or with the processor's help. */
export interface WatchfulDevice extends Runtime {
  readonly isAlone: boolean;
  reset(): void;
}

/** WebGPU of an ONNX Runtime, alone where it can. */
export function watchful(ort: Ort): WatchfulDevice {
  const helped = fromOrt(ort, { provider: "webgpu" });
  const alone = fromOrt(ort, { provider: "webgpu", strict: true });
  let isAlone = true;
  return {
    name: helped.name,
    lowering: helped.lowering,
    threads: helped.threads,
    get isAlone() {
      return isAlone;
    },
    reset: () => (isAlone = true),
    open: (...given) =>
      alone.open(...given).catch(() => {
        isAlone = false;
        return helped.open(...given);
      }),
  };
}
