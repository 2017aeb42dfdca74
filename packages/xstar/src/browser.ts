import type { LoadedModel, MaximizeOptions, Target } from "@xstar/core";
import { contactSheet as drawSheet, Image, type Picture, type SheetOptions } from "@xstar/results";
import { maximizeIn, type Environment, type ImageRun } from "@xstar/runs";
import { picturesOf } from "./api/pictures-of.js";
import { referencesOf, referToBytes } from "./record/references.js";
import { version } from "./version.js";

export * from "@xstar/core";
export * from "@xstar/results";
export * from "@xstar/runs";
export { findExamples, type ExampleOptions, type ExamplePictures, type PictureExample } from "./api/examples.js";
export { measure, type MeasureImagesOptions } from "./api/measure.js";

const { navigator } = globalThis as { readonly navigator?: { readonly userAgent: string } };

const browser: Environment<Image> = {
  version,
  platform: async () => ({
    system: navigator?.userAgent ?? "a browser",
    processor: "unknown",
    node: "none",
    sharp: "none",
  }),
  references: (model, options) => referencesOf(model, options, referToBytes),
  image: (parts) => new Image(parts),
};

/** As `maximize` in Node; its images are drawn and encoded, not saved. */
export function maximize(
  model: LoadedModel,
  target: Target | readonly Target[],
  options: MaximizeOptions = {},
): ImageRun {
  return maximizeIn(browser, model, target, options);
}

/** Pictures side by side, with their numbers or captions. */
export function contactSheet(images: readonly (Image | Picture)[], options: SheetOptions = {}): Picture {
  return drawSheet(picturesOf(images), options);
}
