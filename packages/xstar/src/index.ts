export * from "@xstar/core";
export {
  contactSheet,
  decodeNpy,
  drawNumber,
  encodeNpy,
  encodePng,
  enlarge,
  featureLayer,
  filledPicture,
  measurePictures,
  paste,
  rawView,
  rowsSheet,
  spectrumSlope,
  surround,
  surveyDataset,
  validView,
  type DatasetSurvey,
  type MeasuredPictures,
  type MeasureOptions,
  type MetricName,
  type NearestPicture,
  type Picture,
  type PictureMetrics,
  type PictureSize,
  type PictureSource,
  type Rgb,
  type SecondNetwork,
  type SheetOptions,
  type SpectrumRange,
  type SurveyOptions,
  type View,
  type ViewOptions,
  type ImageDataset,
} from "@xstar/results";
export type { ModelFile } from "@xstar/runs";
export { loadModel, type LoadModelOptions } from "./load.js";
export { nodeRuntime } from "./runtime.js";
export type { ComparedDataset } from "./run/many/compare-entry.js";
export type { ManyTarget } from "./run/many/kept-folder.js";
export { maximizeMany, type ManyOptions, type ManyProgress, type ManyResult } from "./run/many/maximize-many.js";
export { openPictures } from "./data/pictures.js";
export { loadDataset, type IdxFolderOptions, type SplitDataset } from "./data/dataset.js";
export { trainNetwork, type TrainedNetwork, type TrainingOptions } from "./train/trained-network.js";
export { createProgress, type Progress } from "./terminal/progress.js";
export { readImage, type ReadImageOptions } from "./files/image.js";
