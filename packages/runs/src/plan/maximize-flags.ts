import type { AnimationFormat } from "@xstar/results";
import type { ModelFlags } from "./model-input.js";

/** The flags of `xstar maximize`; what is left out is as in the recipe, in the record of `--from`, or the default. */
export interface MaximizeFlags extends ModelFlags {
  readonly from?: string;
  /** Another model for the settings of `from`. */
  readonly model?: string;
  /** Modules with definitions of the user's own. */
  readonly use?: readonly string[];
  readonly recipe?: string;
  readonly start?: readonly string[];
  readonly batch?: number;
  readonly restarts?: number;
  readonly steps?: number;
  readonly seed?: number;
  readonly optimizer?: string;
  readonly lr?: number;
  readonly opt?: readonly string[];
  readonly schedule?: string;
  readonly clip?: number;
  readonly keep?: "last" | "best";
  readonly patience?: number;
  readonly redirectSteps?: number;
  readonly gradientFree?: boolean;
  readonly pairs?: number;
  readonly override?: readonly string[];
  readonly transform?: readonly string[];
  readonly penalty?: readonly string[];
  readonly parameterization?: string;
  readonly param?: readonly string[];
  readonly range?: string;
  readonly squash?: string;
  readonly pictureSize?: readonly [number, number];
  readonly image?: readonly string[];
  readonly second?: readonly string[];
  readonly generator?: readonly string[];
  readonly dataset?: string;
  readonly attribution?: boolean;
  readonly out?: string;
  readonly scale?: number;
  readonly format?: AnimationFormat;
  readonly export?: boolean;
  readonly profile?: boolean;
  readonly resume?: boolean;
  /** Whether a folder that is named may hold another run, which is overwritten. */
  readonly force?: boolean;
  readonly checkpoint?: number;
  readonly threads?: number;
  /** What runs the steps: the processor, or a device beside it. */
  readonly device?: string;
  /** Of weights and activations on a device. */
  readonly precision?: "float32" | "float16";
  /** For many targets at once. */
  readonly jobs?: number;
  /** Bytes. */
  readonly memory?: number;
}
