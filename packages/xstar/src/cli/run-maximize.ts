import { join } from "node:path";
import {
  compileAscent,
  inputShapes,
  layerNames,
  lookUp,
  maximize,
  mul,
  objectives,
  optimizers,
  parameterizations,
  parseTarget,
  pictureInput,
  sub,
  transforms,
  XstarError,
  type AscentResult,
  type Contract,
  type MaximizeOptions,
  type Shape,
  type Spec,
} from "@xstar/core";
import { writeFileAtomic } from "../files/atomic.js";
import { prepareFolder } from "../files/folder.js";
import { loadModel, type ModelFile } from "../load.js";
import { formatNumber } from "../report/format.js";
import { nodeRuntime } from "../runtime.js";
import { createProgress } from "../terminal/progress.js";
import { freeShapes } from "./flags.js";
import { createFrames, type Frames } from "./frames.js";
import { withInterrupt } from "./interrupt.js";
import { readStart } from "./read-start.js";
import { distinct, slugOf } from "./slug.js";
import { paramsOf, parseAssignment, parseSpec } from "./spec-flags.js";
import { summarize } from "./summarize.js";
import { writeAscent, type Job } from "./write-ascent.js";
