import { parseSpec, type Tensors } from "../define/definition.js";
import type { ParameterizationDefinition } from "../define/parameterization.js";
import type { Spec } from "../define/spec.js";
import { planesOf, type Planes } from "../forward/planes.js";
import type { Prepared } from "../forward/prepare.js";
import { withColorsOf } from "../parameterizations/color.js";
import { createRng, type Rng } from "../rng.js";
import { beginAlone, beginAt } from "../starts/begin.js";
import type { Shape, Tensor } from "../tensor.js";
import { beginBeside } from "./beside.js";
import { splitOpacity } from "./opacity.js";

/** What of an ascent decides how it begins. */
interface DrawnSpec {
  readonly parameterization: Spec<"parameterization">;
  readonly seed: number;
  /** The stream of random numbers of each picture. */
  readonly streams: readonly number[];
}

/** What an ascent begins with, whatever its rules: drawn once for all its steps. */
export interface Beginning {
  /** How what is no picture lies as one; undefined for pictures. */
  readonly planes: Planes | undefined;
  /** Of the pictures as the parameterization makes them. */
  readonly shape: Shape;
  readonly parameterization: { readonly definition: ParameterizationDefinition; readonly spec: Spec };
  /** The variables as the parameterization begins by itself. */
  readonly alone: Tensors;
  /** Those for start pictures, or with other random numbers for every `attempt` (0 at first). */
  begin(start?: Tensor, attempt?: number): Tensors;
  /** Inputs that are maximized together with the picture. */
  beside(attempt: number): Tensors;
}

export async function beginningOf(ready: Prepared, spec: DrawnSpec): Promise<Beginning> {
  const { first, assets, vocabulary } = ready;
  const planes = planesOf(ready.shape, first.holds);
  const shape = planes?.shape ?? ready.shape;
  const coloured = await withColorsOf(vocabulary, spec.parameterization, assets);
  const parameterization = parseSpec(vocabulary.parameterization, coloured, "parameterization");
  const { definition, spec: parameters } = parameterization;
  const rngsOf = (purpose: string, attempt: number) => streamsOf(spec, purpose).map((rng) => ofAttempt(rng, attempt));
  const drawn = (attempt: number) =>
    beginAlone(definition, parameters, { shape, rngs: rngsOf("start", attempt), assets });
  const alone = drawn(0);
  return {
    planes,
    shape,
    parameterization,
    alone,
    begin(start, attempt = 0) {
      if (!start) return attempt === 0 ? alone : drawn(attempt);
      const { colours, opacity } = splitOpacity(planes ? planes.layTensor(start) : start, shape);
      return beginAt(definition, parameters, colours, { assets, opacity });
    },
    beside: (attempt) => beginBeside(first, rngsOf("input", attempt)),
  };
}

/** The random numbers of each picture for a purpose. */
export function streamsOf({ seed, streams }: DrawnSpec, purpose: string): Rng[] {
  const rng = createRng(seed);
  return streams.map((stream) => rng.split(purpose).split(stream));
}

/** Where a start's random numbers come from when it is drawn several times. */
export const ofAttempt = (rng: Rng, attempt: number): Rng => (attempt === 0 ? rng : rng.split(`attempt ${attempt}`));
