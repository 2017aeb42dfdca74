import type { Table } from "../define/definition.js";
import type { ExplanationDefinition } from "../define/explanation.js";
import {
  eigenCam,
  finerCam,
  gradCam,
  gradCamPlusPlus,
  guidedGradCam,
  hiResCam,
  layerCam,
  xGradCam,
} from "./activation-maps.js";
import { attentionRollout, gradientRollout } from "./attention-maps.js";
import { occlusion, rise } from "./covered.js";
import { gradientInput, slope } from "./gradient-maps.js";
import { expectedGradients, integratedGradients, smoothGrad, varGrad } from "./many-gradients.js";

/** Every explanation, by type. */
export const explanations = {
  gradCam,
  layerCam,
  gradCamPlusPlus,
  hiResCam,
  xGradCam,
  finerCam,
  eigenCam,
  guidedGradCam,
  gradientRollout,
  attentionRollout,
  gradient: slope,
  gradientInput,
  smoothGrad,
  varGrad,
  integratedGradients,
  expectedGradients,
  occlusion,
  rise,
} satisfies Table<ExplanationDefinition>;
