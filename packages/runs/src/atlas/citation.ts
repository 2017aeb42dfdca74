import type { AtlasPart } from "./part.js";
import type { AtlasPlan } from "./plan-atlas.js";

/** How an atlas is cited, in the Citation File Format. */
export function citationOf({ settings }: Pick<AtlasPlan, "settings">, name: string): AtlasPart {
  const { model, xstar } = settings;
  const text = (value: string) => JSON.stringify(value);
  const lines = [
    "cff-version: 1.2.0",
    `message: ${text("If you use pictures or numbers of this atlas, please cite it, and the network that it is of")}`,
    "type: dataset",
    `title: ${text(`Atlas of the units of ${name}`)}`,
    "authors:",
    `  - name: ${text(`Made by xstar ${xstar}`)}`,
    "identifiers:",
    "  - type: other",
    `    value: ${text(`sha256:${model.sha256}`)}`,
    `    description: ${text("SHA-256 of the network's file")}`,
    "",
  ];
  return { path: "CITATION.cff", bytes: lines.join("\n") };
}
