export * from "@xstar/core";
export { decodeNpy, encodeNpy } from "./files/npy.js";
export { loadModel, type LoadModelOptions, type ModelFile } from "./load.js";
export { nodeRuntime } from "./runtime.js";
export type { ComparedDataset } from "./many/compare-entry.js";
export type { ManyTarget } from "./many/kept-folder.js";
export { maximizeMany, type ManyOptions, type ManyProgress, type ManyResult } from "./many/maximize-many.js";
export {
  measurePictures,
  type MeasuredPictures,
  type MeasureOptions,
  type SecondNetwork,
} from "./analysis/measure-pictures.js";
export type { MetricName, NearestPicture, PictureMetrics } from "./analysis/picture-metrics.js";
export { featureLayer, surveyDataset, type DatasetSurvey, type SurveyOptions } from "./analysis/survey-dataset.js";
export { spectrumSlope, type SpectrumRange } from "./analysis/spectrum.js";
export type { PictureSize, PictureSource } from "./analysis/look.js";
export { openPictures } from "./data/pictures.js";
export { loadDataset, type IdxFolderOptions, type ImageDataset, type SplitDataset } from "./data/dataset.js";
export { trainNetwork, type TrainedNetwork, type TrainingOptions } from "./train/trained-network.js";
export { drawNumber } from "./picture/digits.js";
export { enlarge } from "./picture/enlarge.js";
export { encodePng } from "./picture/png.js";
export { filledPicture, paste, type Picture, type Rgb } from "./picture/picture.js";
export { rowsSheet } from "./picture/rows.js";
export { contactSheet, surround, type SheetOptions } from "./picture/sheet.js";
export { rawView, validView, type View, type ViewOptions } from "./picture/view.js";
export { createProgress, type Progress } from "./terminal/progress.js";
export { readImage, type ReadImageOptions } from "./files/image.js";
