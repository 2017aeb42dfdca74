import type { VjpRules } from "../vjp.js";
import { activation } from "./activation.js";
import { classical } from "./classical.js";
import { convolution } from "./convolution.js";
import { indexing } from "./indexing.js";
import { matrix } from "./matrix.js";
import { normalization } from "./normalization.js";
import { pointwise } from "./pointwise.js";
import { pooling } from "./pooling.js";
import { quantization } from "./quantization.js";
import { reduction } from "./reduction.js";
import { resampling } from "./resize.js";
import { scan } from "./scan.js";
import { shape } from "./shape.js";
import { slicing } from "./slicing.js";
import { spectral } from "./spectral.js";

/** Every vjp rule that xstar has, by operator. */
export const rules: VjpRules = {
  ...pointwise,
  ...activation,
  ...reduction,
  ...shape,
  ...slicing,
  ...indexing,
  ...matrix,
  ...convolution,
  ...pooling,
  ...resampling,
  ...normalization,
  ...quantization,
  ...spectral,
  ...classical,
  Scan: scan,
};
