import { existsSync } from "node:fs";

/** Chromium of this machine; undefined where there is none, and what needs it is skipped. */
export const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
