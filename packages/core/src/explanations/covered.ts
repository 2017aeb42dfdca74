import { defineExplanation } from "../define/explanation.js";
import { fixed, int } from "../define/fields.js";
import type { Values } from "../define/definition.js";
import type { Ops } from "../ir/ops/index.js";
import { tensor, type Shape } from "../tensor.js";
import { baselineFields, baselineOf, drawBaseline } from "./baseline.js";

/** Methods that cover parts of a picture, and need no gradient. */

const places = (length: number, window: number, stride: number) =>
  Math.max(1, Math.ceil((length - window) / stride) + 1);

/** Sides and steps of the window on a picture, in pixels. */
function windowOn({ window, overlap }: { window: number; overlap: number }, [, height, width]: Shape) {
  const side = (length: number) => Math.max(1, Math.round(length * window));
  const [tall, wide] = [side(height!), side(width!)];
  const [down, across] = [tall, wide].map((length) => Math.max(1, Math.round(length / overlap))) as [number, number];
  return { tall, wide, down, across, rows: places(height!, tall, down), columns: places(width!, wide, across) };
}

/** 1 for `length` pixels of a line from `start` on. */
const inside = (line: number, start: number, length: number) =>
  Float32Array.from({ length: line }, (_, i) => Number(i >= start && i < start + length));

const coveredBy = (op: Ops, drawn: Values) => op.mul(drawn["rows"]!, drawn["columns"]!);

/**
 * What the target loses when a patch of the picture is covered (Zeiler and Fergus, 2014).
 *
 * @example
 * occlusion({ window: 0.125 });
 */
export const occlusion = defineExplanation({
  type: "occlusion",
  example: { window: 0.125 },
  doc: "What the target loses when a patch of the picture is covered (Zeiler and Fergus, 2014)",
  isSigned: true,
  params: {
    ...baselineFields,
    window: fixed("side of the patch, as a share of the picture's", { fallback: 0.125, min: 0.001, max: 1 }),
    overlap: int("patches that cover a pixel along each axis", { fallback: 2, min: 1 }),
  },
  count(p, shape) {
    const { rows, columns } = windowOn(p, shape);
    return rows * columns;
  },
  draw(p, { shape, index, assets }) {
    const [, height, width] = shape as [number, number, number];
    const { tall, wide, down, across, columns } = windowOn(p, shape);
    const [top, left] = [Math.floor(index / columns) * down, (index % columns) * across];
    return {
      rows: tensor("float32", inside(height, top, tall), [1, height, 1]),
      columns: tensor("float32", inside(width, left, wide), [1, 1, width]),
      ...drawBaseline(p, shape, assets),
    };
  },
  see(p, { op, picture, drawn }) {
    const from = baselineOf(op, p, picture, drawn["baseline"]);
    return op.add(picture, op.mul(op.sub(from, picture), coveredBy(op, drawn)));
  },
  read(_, { op, drawn, value }) {
    const covered = coveredBy(op, drawn);
    return { covered, kept: op.mul(covered, op.reshape(value, [value.shape[0]!, 1, 1, 1])) };
  },
  finish(_, { op, sums, value }) {
    const times = op.max(sums["covered"]!, 1e-12);
    return { map: op.sub(op.reshape(value, [1, 1, 1, 1]), op.div(sums["kept"]!, times)) };
  },
});

/** Pixels of a cell of a mask. */
const cellOf = (pixels: number, cells: number) => Math.ceil(pixels / cells);

/** A line of pixels as weights of cells, which are enlarged to one cell more than the line has, and moved by less than a cell. */
function interpolation(pixels: number, cells: number, shift: number): Float32Array {
  const enlarged = (cells + 1) * cellOf(pixels, cells);
  const data = new Float32Array(pixels * cells);
  for (let i = 0; i < pixels; i++) {
    const at = Math.min(Math.max(0, ((i + shift + 0.5) * cells) / enlarged - 0.5), cells - 1);
    const cell = Math.min(Math.floor(at), cells - 2);
    data[i * cells + cell] = 1 - (at - cell);
    data[i * cells + cell + 1] = at - cell;
  }
  return data;
}

/** What a mask lets through, [n, 1, height, width]: a random grid of 0 and 1, enlarged smoothly. */
const seenThrough = (op: Ops, drawn: Values) =>
  op.matMul(op.matMul(drawn["rows"]!, drawn["grid"]!), op.transpose(drawn["columns"]!, [0, 1, 3, 2]));

/**
 * The mean probability of pictures of which random parts are seen, by pixel that is seen (Petsiuk et al., 2018).
 *
 * @example
 * rise({ samples: 500 });
 */
export const rise = defineExplanation({
  type: "rise",
  example: { samples: 500 },
  doc: "The mean probability of pictures of which random parts are seen, by pixel that is seen (Petsiuk et al., 2018)",
  params: {
    samples: int("random masks", { fallback: 1000, min: 2 }),
    cells: int("cells of a mask along each side", { fallback: 7, min: 2 }),
    share: fixed("how much of the picture a mask lets through", { fallback: 0.5, min: 0.01, max: 0.99 }),
  },
  count: ({ samples }) => samples,
  draw({ cells, share }, { shape, rng }) {
    const [, height, width] = shape as [number, number, number];
    const line = (pixels: number) =>
      tensor("float32", interpolation(pixels, cells, rng.int(cellOf(pixels, cells))), [1, pixels, cells]);
    return {
      grid: tensor(
        "float32",
        rng.uniforms(cells * cells).map((x) => Number(x < share)),
        [1, cells, cells],
      ),
      rows: line(height),
      columns: line(width),
    };
  },
  see: (_, { op, picture, drawn }) => op.mul(picture, seenThrough(op, drawn)),
  read(_, { op, drawn, probability }) {
    const seen = seenThrough(op, drawn);
    return { seen, kept: op.mul(seen, op.reshape(probability, [probability.shape[0]!, 1, 1, 1])) };
  },
  finish: (_, { op, sums }) => ({ map: op.div(sums["kept"]!, op.max(sums["seen"]!, 1e-12)) }),
});
