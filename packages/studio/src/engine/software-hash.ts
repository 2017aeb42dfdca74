import { sha256Of } from "@xstar/results";

/** SHA-256 for pages that have no `crypto.subtle`: those without https. */
export const hashInSoftware = (bytes: Uint8Array): string => sha256Of(bytes);
