import { XstarError } from "../errors.js";
import type { Session } from "./runtime.js";

/** A graphics processor as WebGPU has it. */
export interface Device {
  /** Fulfilled when it is gone. */
  readonly lost: Promise<{ readonly message: string }>;
}

/** A session that fails when its device is gone: ONNX Runtime goes on, with whatever was in memory. */
export function failingWith({ lost }: Device, session: Session): Session {
  let reason: string | undefined;
  void lost.then(({ message }) => {
    reason = message || "it gave no reason";
  });
  const requireDevice = () => {
    if (reason === undefined) return;
    throw new XstarError("runtime-failure", `The graphics processor was lost: ${reason}`);
  };
  return {
    ...session,
    async run(...args) {
      requireDevice();
      const results = await session.run(...args);
      requireDevice();
      return results;
    },
  };
}
