import type { Platform } from "@xstar/results";

/** What a record says of the machine. */
export const thisPlatform = (): Platform => ({
  system: navigator.userAgent,
  processor: "unknown",
  node: "none",
  sharp: "none",
});
