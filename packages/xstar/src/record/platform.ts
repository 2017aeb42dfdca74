import { arch, cpus, platform } from "node:os";
import sharp from "sharp";

/** What of a machine decides bytes, besides ONNX Runtime (which `ascent.runtime` names). */
export interface Platform {
  readonly system: string;
  /** ONNX Runtime chooses its kernels by the processor. */
  readonly processor: string;
  /** Its V8 has the mathematical functions. */
  readonly node: string;
  /** It reads and scales start pictures. */
  readonly sharp: string;
}

export function thisPlatform(): Platform {
  return {
    system: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    node: process.versions.node,
    sharp: `${sharp.versions.sharp} libvips ${sharp.versions.vips}`,
  };
}
