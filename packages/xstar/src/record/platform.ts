import { arch, cpus, platform } from "node:os";
import type { Platform } from "@xstar/results";
import { loadSharp } from "../files/sharp.js";

/** What of this machine decides bytes. */
export async function thisPlatform(): Promise<Platform> {
  const { versions } = await loadSharp();
  return {
    system: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    node: process.versions.node,
    sharp: `${versions.sharp} libvips ${versions.vips}`,
  };
}
