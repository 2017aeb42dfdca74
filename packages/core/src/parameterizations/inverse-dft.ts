import { XstarError } from "../errors.js";
import type { Value } from "../ir/graph.js";
import type { Ops } from "../ir/ops/index.js";
import { tensor, type Tensor } from "../tensor.js";
import { circle, halfWidth } from "../math/dft.js";

/**
 * The orthonormal inverse of the real Fourier transform as matrix products: spectra [batch, channels, 2, height,
 * halfWidth(width)], real parts before imaginary ones, to pixels [batch, channels, height, width]. Imaginary parts of
 * what has to be real (frequency 0 and the highest one of an even length) do not count. Throws `bad-argument` for a picture
 * that needs too large a matrix.
 */
export function inverseDft(op: Ops, spectra: Value, width: number): Value {
  const height = spectra.shape[3]!;
  const [rows, columns] = [partsOf(height), partsOf(width)];
  // a side that is a prime has no parts
  const isCheaper = rows[0] + rows[1] + columns[0] + columns[1] < (height + width) / 2;
  const isLarge = Math.max(height, width) > largestWhole;
  return isLarge && isCheaper ? inParts(op, spectra, { rows, columns }) : whole(op, spectra, width);
}

/** Up to here a whole transform takes milliseconds, and has been the one whose rounding pictures are made with. */
const largestWhole = 512;

function whole(op: Ops, spectra: Value, width: number): Value {
  const [batch, channels, , height, columns] = spectra.shape as [number, number, number, number, number];
  // height first: half as many columns as the picture, and each row then holds its real and its imaginary parts in turn
  const byRow = op.matMul(
    op.constant(rowsFrom(height), "rows"),
    op.reshape(spectra, [batch, channels, 2 * height, columns]),
  );
  const flat = op.reshape(byRow, [batch, channels, height, 2 * columns]);
  return op.matMul(flat, op.constant(columnsFrom(width), "columns"));
}

/** Factors of a side, the first not below the second. */
type Parts = readonly [number, number];

/**
 * The same with each side n = a b in two products (Cooley and Tukey 1965): of frequency b k1 + k2 and place x1 + a x2, the coarse
 * one sums over k1, the fine one for each x1 over k2.
 */
function inParts(op: Ops, spectra: Value, sides: { readonly rows: Parts; readonly columns: Parts }): Value {
  const { rows, columns } = sides;
  const [batch, channels, , height, kept] = spectra.shape as [number, number, number, number, number];
  const [a, b] = rows;
  const [c, d] = columns;
  const width = c * d;
  const blocks = Math.ceil(kept / d);
  const weights = Float32Array.from({ length: kept }, (_, l) => countOf(l, width));
  const counted = op.mul(spectra, op.constant(tensor("float32", weights, [kept]), "counts"));
  const padded = op.pad(counted, [0, 0, 0, 0, 0], [0, 0, 0, 0, blocks * d - kept]);

  const coarseRows = op.matMul(
    op.constant(coarse(rows, a), "coarse rows"),
    op.reshape(padded, [batch, channels, 2 * a, b * blocks * d]),
  );
  const fineRows = op.matMul(
    op.constant(fine(rows, "complex"), "fine rows"),
    op.reshape(coarseRows, [batch, channels, a, 2 * b, blocks * d]),
  );
  const byColumn = op.transpose(op.reshape(fineRows, [batch, channels, a, b, 2, blocks * d]), [0, 1, 4, 5, 2, 3]);
  const coarseColumns = op.matMul(
    op.constant(coarse(columns, blocks), "coarse columns"),
    op.reshape(byColumn, [batch, channels, 2 * blocks, d * height]),
  );
  const fineColumns = op.matMul(
    op.constant(fine(columns, "real"), "fine columns"),
    op.reshape(coarseColumns, [batch, channels, c, 2 * d, height]),
  );
  const inOrder = op.transpose(op.reshape(fineColumns, [batch, channels, c, d, a, b]), [0, 1, 5, 4, 3, 2]);
  return op.reshape(inOrder, [batch, channels, height, width]);
}

function partsOf(side: number): Parts {
  let small = Math.floor(Math.sqrt(side));
  while (side % small !== 0) small--;
  return [side / small, small];
}

/** A column with a conjugate that is not kept counts twice. */
const countOf = (column: number, width: number) => (column === 0 || 2 * column === width ? 1 : 2);

/** [2 height, 2 height]: (y, part) from (part, k), the complex e^(2 pi i k y / height). */
function rowsFrom(height: number): Tensor {
  const places = Array.from({ length: height }, (_, y) => y);
  const data = turns(height, { places, frequencies: height, scale: 1 / Math.sqrt(height), gives: "complex" });
  return tensor("float32", data, [2 * height, 2 * height]);
}

/** [2 columns, width]: x from (part, l); columns with a conjugate count twice. */
function columnsFrom(width: number): Tensor {
  const { cos, sin } = circle(width);
  const columns = halfWidth(width);
  const data = matrix(width, 2 * columns * width);
  for (let l = 0; l < columns; l++) {
    const scale = countOf(l, width) / Math.sqrt(width);
    for (let x = 0; x < width; x++) {
      const turn = (l * x) % width;
      data[l * width + x] = cos[turn]! * scale;
      data[(columns + l) * width + x] = -sin[turn]! * scale;
    }
  }
  return tensor("float32", data, [2 * columns, width]);
}

/** [2 a, 2 frequencies]: (x1, part) from (part, k1). */
function coarse([a, b]: Parts, frequencies: number): Tensor {
  const places = Array.from({ length: a }, (_, x1) => b * x1);
  return tensor("float32", turns(a * b, { places, frequencies, scale: 1, gives: "complex" }), [2 * a, 2 * frequencies]);
}

/** For each x1, (x2, part) from (part, k2): [a, 2 b, 2 b], or without imaginary parts [a, b, 2 b]. */
function fine([a, b]: Parts, gives: Turns["gives"]): Tensor {
  const places = Array.from({ length: a * b }, (_, i) => Math.floor(i / b) + a * (i % b));
  const data = turns(a * b, { places, frequencies: b, scale: 1 / Math.sqrt(a * b), gives });
  return tensor("float32", data, [a, gives === "complex" ? 2 * b : b, 2 * b]);
}

interface Turns {
  readonly places: readonly number[];
  readonly frequencies: number;
  readonly scale: number;
  /** Of a place its real and its imaginary part, or only the real one. */
  readonly gives: "complex" | "real";
}

/** The complex e^(2 pi i k x / side) of frequencies k and places x: (place, part) from (part, frequency). */
function turns(side: number, { places, frequencies, scale, gives }: Turns): Float32Array {
  const { cos, sin } = circle(side);
  const parts = gives === "complex" ? 2 : 1;
  const row = 2 * frequencies;
  const data = matrix(side, parts * places.length * row);
  for (const [i, x] of places.entries()) {
    for (let k = 0, turn = 0; k < frequencies; k++, turn = (turn + x) % side) {
      const c = cos[turn]! * scale;
      const s = sin[turn]! * scale;
      const at = parts * i * row + k;
      data[at] = c;
      data[at + frequencies] = -s;
      if (parts === 1) continue;
      data[at + row] = s;
      data[at + row + frequencies] = c;
    }
  }
  return data;
}

/** The most that a matrix may take: that of a prime of about 4096, beyond which it takes seconds a step. */
const mostBytes = 2 ** 28;

function matrix(side: number, length: number): Float32Array {
  const bytes = 4 * length;
  if (bytes <= mostBytes) return new Float32Array(length);
  throw new XstarError(
    "bad-argument",
    `A side of ${side} pixels is too large for a Fourier transform, which needs a matrix of ${Math.round(bytes / 1e6)} MB for it`,
    { hint: "Choose a size whose sides are products of small numbers, such as 5000 or 8192" },
  );
}
