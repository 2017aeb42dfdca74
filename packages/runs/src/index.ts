export { openBatchRunner, previewOf, type BatchRunner, type Machine } from "./many/batch-runner.js";
export { createJob, type ManyJob, type ModelSource } from "./many/job.js";
export { continueManifest, describeAscent, parseManifest } from "./many/manifest.js";
export type { Maximized, MaximizedMetrics, Glance, Goal, Outcome } from "./many/outcome.js";
export { inBatches, inBatchesOf, planBatches } from "./many/plan-batches.js";
export { inPool } from "./many/pool.js";
export type { MaximizeFlags } from "./plan/maximize-flags.js";
export { parseContract } from "./plan/contract-file.js";
export { parseLabels } from "./plan/labels-file.js";
export { checkMemory } from "./plan/memory.js";
export { fittingLabels } from "./plan/fitting-labels.js";
export { readModelInput, type ModelFlags } from "./plan/model-input.js";
export { planAscent, type Plan } from "./plan/plan-ascent.js";
export { pictureEndings } from "./plan/picture-endings.js";
export { distinct, slugOf } from "./plan/slug.js";
export type { ContractFile, ModelFile, SourceFiles, Store } from "./plan/store.js";
export {
  decodeAscent,
  decodeCheckpoint,
  encodeAscent,
  encodeCheckpoint,
  type SavedAscent,
} from "./run/ascent-checkpoint.js";
export { differenceOfDevices, hasSameNumbers, makerOf, providerOf, settingsOf } from "./run/compare-with-record.js";
export { readSound } from "./plan/read-sound.js";
export { nameTokens } from "./run/name-tokens.js";
export { drawFiles, recordOfPicture, soundFiles, spectrogramFiles } from "./run/picture-files.js";
export { createFrames, type Frames } from "./run/frames.js";
export { maximizeIn, type Environment, type ImageResult, type ImageRun, type ImageStep } from "./run/maximize.js";
export { activationOf, recordOfAscent, runFileOf, type Ascent } from "./run/run-file.js";
export { assembleAtlas, checksums, sumOf } from "./atlas/assemble.js";
export { citationOf } from "./atlas/citation.js";
export { asData, type AtlasPart } from "./atlas/part.js";
export {
  atlasLayers,
  jobsOfAtlas,
  picturesJobsOf,
  planAtlas,
  wantedUnits,
  type AtlasPlan,
  type AtlasSettings,
} from "./atlas/plan-atlas.js";
export { tries, type DoJobs, type JobListener } from "./jobs/do-jobs.js";
export {
  isJob,
  jobId,
  partOf,
  picturesOf,
  wordsOf,
  type ContentJob,
  type DataContent,
  type DirectionsJob,
  type ModelContent,
  type PicturesJob,
  type SurveyJob,
} from "./jobs/job.js";
export { openJobRunner, type Contents, type JobMachine, type JobReport, type JobRunner } from "./jobs/job-runner.js";
export { decodePictures } from "./jobs/picture-file.js";
export { keyOfContent, resultsIn, type BlobStore, type ResultStore } from "./jobs/stores.js";
export { withVariants, type AtlasVariants } from "./atlas/plan-variants.js";
export { directionsAhead, directionsJobs, withDirections } from "./atlas/plan-directions.js";
export { compileLearning, type LearningState, type LearningStep } from "./directions/learning-step.js";
export { findDirections, type DirectionsSettings, type FoundDirections } from "./directions/find-directions.js";
export {
  directionsName,
  methods,
  parseDirections,
  type DirectionsWanted,
  type Method,
  type MethodName,
} from "./directions/methods.js";
export { sparseAutoencoder } from "./directions/sparse-autoencoder.js";
