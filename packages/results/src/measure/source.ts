import type { InputKind, Shape, Tensor } from "@xstar/core";

/** The form in which a picture is read. */
export interface PictureSize {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
}

/**
 * The form of the pictures that a model takes, [channels, height, width]; undefined where picture files do not have it.
 *
 * @example
 * pictureSizeOf([3, 224, 224]); // { channels: 3, height: 224, width: 224 }
 */
export function pictureSizeOf(shape: Shape): PictureSize | undefined {
  const [channels, height, width] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3)) return undefined;
  return { channels, height: height!, width: width! };
}

/** Pictures that are read one by one. */
export interface PictureSource {
  readonly names: readonly string[];
  readonly holds?: undefined;
  /** Picture `i` as float32 [channels, height, width] from 0 to 1. Throws where it cannot be read. */
  read(i: number, size: PictureSize): Promise<Tensor>;
}

/** Signals that are read one by one, in the shape that a model takes. */
export interface SignalSource {
  readonly names: readonly string[];
  readonly holds: InputKind;
  /** Signal `i`, without the batch. Throws where it cannot be read. */
  read(i: number): Promise<Tensor>;
}

/** What a data set may hold. */
export type ExampleSource = PictureSource | SignalSource;

/** What the numbers of a data set are; undefined for pictures. */
export const heldBy = ({ holds }: ExampleSource): InputKind | undefined => holds;

/** Grey pictures with a class each: picture i is `images[i * height * width ...]`, row-major, 0 to 255. */
export interface ImageDataset {
  readonly name: string;
  readonly images: Uint8Array;
  /** The class of each picture, from 0 to `classes - 1`. */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
}
