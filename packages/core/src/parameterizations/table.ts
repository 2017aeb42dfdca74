import type { Table } from "../define/definition.js";
import type { ParameterizationDefinition } from "../define/parameterization.js";
import { alpha } from "./alpha.js";
import { cppn } from "./cppn.js";
import { fourier } from "./fourier.js";
import { generator } from "./generator.js";
import { maco } from "./maco.js";
import { masked } from "./masked.js";
import { pixel } from "./pixel.js";
import { pyramid } from "./pyramid.js";
import { shared } from "./shared.js";

/** Every parameterization, by type. */
export const parameterizations = {
  pixel,
  fourier,
  pyramid,
  cppn,
  maco,
  shared,
  generator,
  masked,
  alpha,
} satisfies Table<ParameterizationDefinition>;
