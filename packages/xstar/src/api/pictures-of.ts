import { Image, type Picture } from "@xstar/results";

/** Images as they are shown, beside pictures that are drawn already. */
export const picturesOf = (images: readonly (Image | Picture)[]): Picture[] =>
  images.map((image) => (image instanceof Image ? image.toRgba() : image));
