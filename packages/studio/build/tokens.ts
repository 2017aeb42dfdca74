import { pageColors } from "@xstar/results";
import type { Plugin } from "vite";

const name = "virtual:tokens.css";

/** The colours of reports as a style sheet: pages of the studio and of reports are of one kind. */
export const tokens = (): Plugin => ({
  name: "xstar-tokens",
  resolveId: (id) => (id === name ? `\0${name}` : undefined),
  load: (id) => (id === `\0${name}` ? pageColors : undefined),
});
