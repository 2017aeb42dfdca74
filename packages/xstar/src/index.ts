export * from "@xstar/core";
export { contactSheet, FileImage, type Sheet } from "./api/image.js";
export { findExamples, type ExampleOptions, type ExamplePictures, type PictureExample } from "./api/examples.js";
export { maximize, type MaximizeResult, type MaximizeRun, type MaximizeStep } from "./api/maximize.js";
export { maximizeMany, type MaximizeManyOptions } from "./api/maximize-many.js";
export { measure, type MeasureImagesOptions } from "./api/measure.js";
export { loadDefinitions } from "./load-definitions.js";
export {
  byImportance,
  checkRandomization,
  decodeNpy,
  describeRest,
  diagnose,
  drawHeat,
  drawNumber,
  encodeNpy,
  encodePng,
  enlarge,
  featureLayer,
  Image,
  filledPicture,
  measurePictures,
  measureTruth,
  paste,
  rawView,
  restsOn,
  rowsSheet,
  spectrumSlope,
  surround,
  scanDataset,
  validView,
  type DatasetScan,
  type DiagnoseOptions,
  type Finding,
  type FoundPicture,
  type MadePicture,
  type HeatOptions,
  type LabelledPictures,
  type MapTruth,
  type Randomization,
  type RestsOn,
  type Severity,
  type TruthOptions,
  type MeasuredPictures,
  type MeasureOptions,
  type MetricName,
  type NearestPicture,
  type Picture,
  type PictureMetrics,
  type PictureSize,
  type ExampleSource,
  type PictureSource,
  type SignalSource,
  type Rgb,
  type SecondNetwork,
  type SheetOptions,
  type SpectrumRange,
  type ScanOptions,
  type View,
  type ViewOptions,
  type ImageDataset,
} from "@xstar/results";
export {
  decodeCheckpoint,
  encodeCheckpoint,
  type ImageResult,
  type ImageRun,
  type ImageStep,
  type ModelFile,
} from "@xstar/runs";
export { loadModel, type LoadModelOptions } from "./load.js";
export { deviceRuntime, devices, type Device, type DeviceOptions } from "./devices.js";
export { keepGraphs } from "./files/kept-graphs.js";
export { startProfiler, type OperatorTime, type Profile, type Profiler } from "./run/profile.js";
export { nodeRuntime } from "./runtime.js";
export type { ComparedDataset } from "./run/many/compare-entry.js";
export type { ManyTarget } from "./run/many/kept-folder.js";
export type { ManyFacts } from "./run/many/write-picture.js";
export type { ManyOptions, ManyProgress, ManyResult } from "./run/many/make-many.js";
export { openPictures as openDataset, type FilePictures } from "./data/pictures.js";
export { openSounds, type SignalForm } from "./data/sounds.js";
export { openLabelled, type OpenedLabelled } from "./data/labelled.js";
export { loadDataset, type IdxFolderOptions, type SplitDataset } from "./data/dataset.js";
export { trainNetwork, type TrainedNetwork, type TrainingOptions } from "./train/trained-network.js";
export type { TrainingRecipe } from "./train/recipe.js";
export type { TrainingReport } from "./train/job.js";
export { createProgress, type Progress, type ProgressOptions, type ProgressStream } from "./terminal/progress.js";
export { readImage, type ReadImageOptions } from "./files/image.js";
export type { OpenedData } from "./run/atlas/data-content.js";
export type { AtlasEstimate } from "./run/atlas/estimate.js";
export type { FindContents } from "./run/atlas/job-thread.js";
export type { LocalContents, PicturesPlace } from "./run/atlas/local-contents.js";
export { makeAtlas, type AtlasOptions, type AtlasResult, type AtlasWork } from "./run/atlas/make-atlas.js";
export type { AtlasProgress } from "./run/atlas/atlas-progress.js";
