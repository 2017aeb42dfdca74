/** Pixels of a picture: red, green and blue of each, row by row from the top. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** As many pixels as sharp takes. */
const mostPixels = 0x3fff ** 2;

/** Compressions of the header: none, and none with masks for the channels. */
const [plain, withMasks] = [0, 3];

/** The red, green and blue bits of pixels of 16 and 32 bits where no masks are given. */
const usualMasks: Readonly<Record<number, readonly number[]>> = {
  16: [0x7c00, 0x03e0, 0x001f],
  32: [0x00ff0000, 0x0000ff00, 0x000000ff],
};

/** Whether a file begins as a BMP picture does: sharp does not read those. */
export const isBmp = (bytes: Uint8Array): boolean => bytes[0] === 0x42 && bytes[1] === 0x4d;

/**
 * The colours of a BMP file (Microsoft's bitmap format, versions 2 to 5): by a palette of 1, 4 or 8 bits, or of 16, 24 or 32 bits; what
 * a fourth channel holds is not agreed upon, and left out. Throws for a file that is cut off or damaged, and for a compressed one.
 */
export function decodeBmp(bytes: Uint8Array): Pixels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = view.getUint32(14, true);
  const isOld = headerSize === 12;
  const [width, tall] = isOld
    ? [view.getUint16(18, true), view.getInt16(20, true)]
    : [view.getInt32(18, true), view.getInt32(22, true)];
  const bits = view.getUint16(isOld ? 24 : 28, true);
  const compression = isOld ? plain : view.getUint32(30, true);
  const height = Math.abs(tall);
  if (width * height > mostPixels) throw new Error("the picture exceeds the pixel limit");
  if (width < 1 || height < 1 || ![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error("a wrong header");
  if (compression !== plain && compression !== withMasks) throw new Error("compressed BMP files are not read");

  const colors = isOld ? 0 : view.getUint32(46, true);
  const palette = { start: 14 + headerSize, size: isOld ? 3 : 4, count: colors || 2 ** bits };
  const stride = Math.ceil((width * bits) / 32) * 4;
  const start = view.getUint32(10, true);
  if (start + stride * height > bytes.length) throw new Error("unexpected end");
  const masks = compression === withMasks ? [0, 4, 8].map((at) => view.getUint32(54 + at, true)) : usualMasks[bits];
  const colorOf =
    bits <= 8 ? byPalette(view, bits, palette) : bits === 24 ? byBytes(bytes) : byMasks(view, bits, masks!);

  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = start + stride * (tall > 0 ? height - 1 - y : y);
    for (let x = 0; x < width; x++) data.set(colorOf(row, x), (y * width + x) * 3);
  }
  return { width, height, data };
}

/** Red, green and blue of pixel x in the row that begins at a byte. */
type ColorOf = (row: number, x: number) => readonly [number, number, number];

function byPalette(
  view: DataView,
  bits: number,
  { start, size, count }: { readonly start: number; readonly size: number; readonly count: number },
): ColorOf {
  const perByte = 8 / bits;
  return (row, x) => {
    const shift = 8 - bits * (1 + (x % perByte));
    const index = (view.getUint8(row + Math.floor(x / perByte)) >> shift) & (2 ** bits - 1);
    if (index >= count) throw new Error("a colour that its palette does not have");
    const at = start + size * index;
    return [view.getUint8(at + 2), view.getUint8(at + 1), view.getUint8(at)];
  };
}

const byBytes =
  (bytes: Uint8Array): ColorOf =>
  (row, x) => [bytes[row + 3 * x + 2]!, bytes[row + 3 * x + 1]!, bytes[row + 3 * x]!];

function byMasks(view: DataView, bits: number, masks: readonly number[]): ColorOf {
  // what lies below a mask's bits divides out
  const channels = masks.map((mask) => (pixel: number) => Math.round((255 * ((pixel & mask) >>> 0)) / (mask || 1)));
  return (row, x) => {
    const pixel = bits === 16 ? view.getUint16(row + 2 * x, true) : view.getUint32(row + 4 * x, true);
    const [red, green, blue] = channels.map((channel) => channel(pixel));
    return [red!, green!, blue!];
  };
}
