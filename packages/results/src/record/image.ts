import { nounOf, XstarError, type InputKind, type Shape, type Tensor } from "@xstar/core";
import { encodeNpy } from "../codecs/npy.js";
import { encodeWav } from "../codecs/wav.js";
import { encodePng } from "../codecs/png.js";
import { drawingOf, type Drawing } from "../image/drawing.js";
import { enlarge } from "../image/enlarge.js";
import { linesOf } from "../image/lines.js";
import type { Picture } from "../image/picture.js";
import { encodeRecorded } from "./picture-record.js";
import type { PictureRecord } from "./run-record.js";

/** What an image is made of. */
export interface ImageParts {
  /** [channels, height, width] in picture units, 0 black and 1 white; a channel more than the model takes is the opacity. */
  readonly pixels: Tensor<"float32">;
  /** Of the pictures of its run without their opacity, [batch, channels, height, width]. */
  readonly shape: Shape;
  /** What the input holds, where it is no picture. */
  readonly holds?: InputKind | undefined;
  /** What it was made for, in words. */
  readonly title: string;
  /** Pixels of a file for each of the picture, in both directions. */
  readonly scale: number;
  /** What makes it again; undefined where nothing does. */
  record?(): Promise<PictureRecord>;
}

/** `ImageData` where the DOM is known; programs in Node need not know it. */
export type CanvasData = typeof globalThis extends { readonly ImageData: { readonly prototype: infer T } }
  ? T
  : Picture;

/**
 * A picture that a neuron wants: its numbers, and what can be done with them.
 *
 * @example
 * const { images } = await maximize(model, "conv2:7");
 * context.putImageData(images[0].toImageData(), 0, 0);
 */
export class Image {
  /** [channels, height, width] in picture units, 0 black and 1 white; a channel more than the model takes is the opacity. */
  readonly pixels: Tensor<"float32">;
  /** What it was made for, in words. */
  readonly title: string;
  private readonly drawing: Drawing;

  constructor(private readonly parts: ImageParts) {
    this.pixels = parts.pixels;
    this.title = parts.title;
    this.drawing = drawingOf(parts.shape, parts.holds);
  }

  /** What the input holds, where it is no picture: a signal, vectors, a list of numbers, a video. */
  get holds(): InputKind | undefined {
    return this.parts.holds;
  }

  /** Whether it can be looked at: a picture of 1, 3 or 4 channels, or another input. What cannot still has its numbers. */
  get isDrawable(): boolean {
    return this.drawing.isDrawable;
  }

  /**
   * Its pixels as colours from black (0) to white (1), or on its own scale where it goes beyond; a signal as curves, vectors as a
   * heat map, numbers as bars, a video as a strip of frames. Throws `bad-data`.
   */
  toRgba(): Picture {
    if (this.isDrawable) return this.drawing.raw(this.pixels);
    throw new XstarError("bad-data", `Numbers of shape [${this.pixels.shape}] cannot be drawn as a picture`, {
      hint: "Take them as they are, from .pixels or toNpy()",
    });
  }

  /** For the canvas of a browser. Throws `bad-data` where it cannot be drawn. */
  toImageData(): CanvasData {
    const { data, width, height } = this.toRgba();
    return new ImageData(data, width, height);
  }

  /** A PNG file that carries what makes it again, enlarged as the command line does. Throws `bad-data`. */
  async toPng(): Promise<Uint8Array> {
    const drawn = this.toRgba();
    const record = await this.record();
    return record ? encodeRecorded(drawn, record, this.title) : encodePng(enlarge(drawn, this.parts.scale));
  }

  /**
   * A .wav file of a signal, 32-bit floats that are its numbers. Throws `bad-data` for what is no signal, and where nobody says how many
   * samples there are in a second.
   */
  toWav(): Uint8Array {
    const { holds } = this.parts;
    if (holds?.kind !== "audio" && holds?.kind !== "series")
      throw new XstarError(
        "bad-data",
        `${holds ? nounOf(holds.kind) : "a picture"} is no sound`.replace(/^./, (x) => x.toUpperCase()),
      );
    if (holds.rate === undefined)
      throw new XstarError("bad-data", "Nobody says how many samples of the signal there are in a second", {
        hint: 'Say it beside the model, in model.contract.json: {"kind": "audio", "rate": 16000}, or with --rate',
      });
    return encodeWav({ rate: holds.rate, channels: linesOf(this.pixels, holds) });
  }

  /** A .npy file of its numbers. */
  toNpy(): Uint8Array {
    return encodeNpy(this.pixels);
  }

  /** What makes it again, as its PNG file carries it; undefined where nothing does. */
  async record(): Promise<PictureRecord | undefined> {
    return this.parts.record?.();
  }
}
