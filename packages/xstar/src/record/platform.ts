import { arch, cpus, platform } from "node:os";
import sharp from "sharp";
import type { Platform } from "@xstar/results";

/** What of this machine decides bytes. */
export function thisPlatform(): Platform {
  return {
    system: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    node: process.versions.node,
    sharp: `${sharp.versions.sharp} libvips ${sharp.versions.vips}`,
  };
}
