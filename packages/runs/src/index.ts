export { climbBatches } from "./many/climb-batches.js";
export {
  openClimber,
  previewOf,
  type Climbed,
  type Climber,
  type Glance,
  type Goal,
  type Outcome,
} from "./many/climber.js";
export { createJob, type ManyJob } from "./many/job.js";
export {
  describeAscent,
  knownOf,
  openManifest,
  readManifest,
  removeLeftovers,
  writeManifest,
  type DoneEntry,
  type Entry,
  type KnownMetrics,
  type Manifest,
  type SetMetrics,
} from "./many/manifest.js";
export type { ClimbedMetrics } from "./many/measure-outcomes.js";
export { inBatches, planBatches } from "./many/plan-batches.js";
export type { MaximizeFlags } from "./plan/maximize-flags.js";
export { addModelFlags, readModelInput, type ModelFlags } from "./plan/model-input.js";
export { planAscent, type Plan } from "./plan/plan-ascent.js";
export { distinct, slugOf } from "./plan/slug.js";
export type { DefinitionTable } from "./plan/spec-flags.js";
export { decodeAscent, encodeAscent, type SavedAscent } from "./run/ascent-checkpoint.js";
export { compareWithRecord, taskOf } from "./run/compare-with-record.js";
export { createFrames, type Frames } from "./run/frames.js";
export {
  activationOf,
  recordOfAscent,
  runFileOf,
  writeRunFile,
  type Ascent,
  type PictureEntry,
  type RunFile,
} from "./run/run-file.js";
