export * from "@xstar/core";
export { decodeNpy, encodeNpy } from "./files/npy.js";
export { loadModel, type LoadModelOptions, type ModelFile } from "./load.js";
export { nodeRuntime } from "./runtime.js";
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
