import { check } from "@xstar/core";
import { Image, type Picture } from "@xstar/results";

/** Images as they are shown, beside pictures that are drawn already. */
export function picturesOf(images: readonly (Image | Picture)[]): Picture[] {
  const isList = Array.isArray(images) && images.every((image) => image instanceof Image || image?.width > 0);
  check(isList, "images", "a list of images or pictures", images);
  return images.map((image) => (image instanceof Image ? image.toRgba() : image));
}
