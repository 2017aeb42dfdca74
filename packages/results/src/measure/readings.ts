import type { ProbeContext, Spec, Tensor, Value } from "@xstar/core";

/** What is read of a picture. */
export interface Readings {
  /** Of every objective. */
  readonly activations: readonly number[];
  /** Mean activation of every unit of the layer; undefined where none was asked for. */
  readonly features: Float32Array | undefined;
}

const activationOf = (i: number) => `activation${i}`;

/** The values to observe for objectives and, where one is given, the features of a layer. */
export function readingsToObserve(
  look: ProbeContext,
  specs: readonly Spec[],
  layer: string | undefined,
): Record<string, Value> {
  const activations = specs.map((spec, i) => [activationOf(i), look.objective(spec)] as const);
  return Object.fromEntries([
    ...activations,
    ...(layer === undefined ? [] : [["features", look.features(layer)] as const]),
  ]);
}

/** The readings among what was observed of one picture. */
export function readingsOf(values: Readonly<Record<string, Tensor>>, objectives: number): Readings {
  return {
    activations: Array.from({ length: objectives }, (_, i) => Number(values[activationOf(i)]!.data[0])),
    features: values["features"]?.data as Float32Array | undefined,
  };
}
