import { XstarError, type Tensor } from "@xstar/core";
import { luminanceWeights, type ImageCodec, type Picture, type PictureSize } from "@xstar/results";

/** A picture file as numbers from 0 to 1: scaled and cut at the sides to fit, on white where it is transparent. */
export async function decodePicture(bytes: Uint8Array<ArrayBuffer>, name: string, size: PictureSize): Promise<Tensor> {
  const { channels, height, width } = size;
  const bitmap = await bitmapOf(bytes, name);
  const context = contextOf(width, height);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  const scale = Math.max(width / bitmap.width, height / bitmap.height);
  const [wide, high] = [bitmap.width * scale, bitmap.height * scale];
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (width - wide) / 2, (height - high) / 2, wide, high);
  bitmap.close();
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const pixels = width * height;
  const data = new Float32Array(channels * pixels);
  for (let at = 0; at < pixels; at++) {
    if (channels === 1) data[at] = luminanceWeights.reduce((sum, w, c) => sum + (w * rgba[4 * at + c]!) / 255, 0);
    else for (let c = 0; c < 3; c++) data[c * pixels + at] = rgba[4 * at + c]! / 255;
  }
  return { dtype: "float32", shape: [channels, height, width], data };
}

/** Reads and writes pictures as a browser can. */
export const canvasCodec: ImageCodec = {
  async decode(file, side) {
    const bitmap = await bitmapOf(new Uint8Array(file), "picture");
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
    const [width, height] = [
      Math.max(1, Math.round(bitmap.width * scale)),
      Math.max(1, Math.round(bitmap.height * scale)),
    ];
    const context = contextOf(width, height);
    context.drawImage(bitmap, 0, 0, width, height);
    bitmap.close();
    const { data } = context.getImageData(0, 0, width, height);
    return { width, height, data: new Uint8ClampedArray(data) };
  },
  async encode(picture, format) {
    const canvas = canvasWith(picture);
    const blob = await canvas.convertToBlob({ type: `image/${format}`, quality: 1 });
    return new Uint8Array(await blob.arrayBuffer());
  },
};

export function canvasWith({ width, height, data }: Picture): OffscreenCanvas {
  const context = contextOf(width, height);
  context.putImageData(new ImageData(data, width, height), 0, 0);
  return context.canvas;
}

function contextOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  return new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
}

async function bitmapOf(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(new Blob([bytes]));
  } catch (cause) {
    throw new XstarError("bad-data", `"${name}" is no picture that this browser can read`, {
      hint: "Give a PNG, JPEG or WebP file",
      cause,
    });
  }
}
