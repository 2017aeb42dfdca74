import type { Cases } from "./case.js";
import { activation } from "./cases/activation.js";
import { classical } from "./cases/classical.js";
import { compound } from "./cases/compound.js";
import { convolution } from "./cases/convolution.js";
import { indexing } from "./cases/indexing.js";
import { matrix } from "./cases/matrix.js";
import { normalization } from "./cases/normalization.js";
import { pointwise } from "./cases/pointwise.js";
import { pooling } from "./cases/pooling.js";
import { quantization } from "./cases/quantization.js";
import { recurrent } from "./cases/recurrent.js";
import { reduction } from "./cases/reduction.js";
import { resampling } from "./cases/resampling.js";
import { shape } from "./cases/shape.js";
import { slicing } from "./cases/slicing.js";
import { spectral } from "./cases/spectral.js";
import { losses } from "./cases/losses.js";

/** For every operator with a rule, nodes that the rule is checked on; the test demands that none is missing. */
export const cases: Cases = {
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
  ...compound,
  ...recurrent,
  ...spectral,
  ...losses,
  ...classical,
};
