import { describe, expect, it } from "vitest";
import type { ImageCodec } from "../codecs/image-codec.js";
import { webpUri } from "./report-views.js";

const codec: ImageCodec = {
  decode: () => Promise.reject(new Error("not used")),
  encode: ({ width, height }) =>
    Math.max(width, height) > 16383
      ? Promise.reject(new Error("Processed image is too large for the WebP format"))
      : Promise.resolve(new Uint8Array([1])),
};
const strip = (width: number) => ({ width, height: 1, data: new Uint8ClampedArray(4 * width) });

describe("pictures of a page", () => {
  it("are WebP, and PNG where they are longer than WebP can be", async () => {
    expect(await webpUri(strip(16383), codec)).toMatch(/^data:image\/webp;/);
    expect(await webpUri(strip(20000), codec)).toMatch(/^data:image\/png;/);
  });
});
