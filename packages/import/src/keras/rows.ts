import type { EmitLayer, LayerRow, LayerRows } from "./layer.js";
import { attentions } from "./layers/attention.js";
import { convolutions } from "./layers/convolution.js";
import { elementwise } from "./layers/elementwise.js";
import { functions } from "./functions/table.js";
import { recurrents } from "./layers/recurrent.js";
import { shapes } from "./layers/shape.js";

/** The layers by what they do. */
export const layerFamilies = {
  "Windows and dense": convolutions,
  "Element by element, and normalizations": elementwise,
  Shapes: shapes,
  "Over time": recurrents,
  Transformers: attentions,
} as const satisfies Readonly<Record<string, LayerRows>>;

/** Every layer that xstar builds. */
export const layerRows: LayerRows = Object.assign({}, ...Object.values(layerFamilies));

/** The layers and functions, with those of the user. */
export function allRows(own: Readonly<Record<string, EmitLayer>>): ReadonlyMap<string, LayerRow> {
  const rows = { ...layerRows, ...functions, ...own };
  return new Map(Object.entries(rows).map(([name, row]) => [name, typeof row === "function" ? { emit: row } : row]));
}
