import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { out: { type: "string", default: "docs" }, epochs: { type: "string", default: "3" } },
});

/** Where gallery.md and its pictures are written. */
export const out = values.out;

/** For how long the networks are trained. */
export const epochs = Number(values.epochs);
