import { prepareModel, probe, type LoadedModel, type ProbeOptions, type Spec, type Tensor } from "@xstar/core";

/** How a unit of a layer speaks for a target in one picture. */
export interface UnitShare {
  readonly unit: number;
  /** What of the target's rise from a black picture goes through the unit (Dhamdhere et al., 2018). */
  readonly conductance: number;
  /** Its activation times its gradient, summed over its places: the same to first order. */
  readonly attribution: number;
  /** The mean of its activation over its places. */
  readonly activation: number;
}

/** The units of a layer, those that speak most for a target first. */
export interface LayerUnits {
  readonly layer: string;
  readonly units: readonly UnitShare[];
  /** The target's rise from a black picture to this one, which the conductances add up to. */
  readonly rise: number;
  /** By how much of it their sum misses the rise; near 0 where all that the target knows goes through the layer. */
  readonly gap: number;
}

/** How finely the way from black to the picture is taken, and what a probe may be told. */
export interface ConductanceOptions extends Omit<ProbeOptions, "batch" | "hasOpacity"> {
  /** Steps on the way from black to the picture. @default 32 */
  readonly steps?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Which units of a layer speak for a target in a picture [channels, height, width]: neuron conductance, the part of integrated gradients
 * from a black picture that goes through each unit, and the activation times the gradient beside it. Throws `bad-argument`,
 * `unknown-layer`, `missing-vjp-rule`.
 *
 * @example
 * const { units } = await measureUnits(model, photo, "logit:tabby", "conv2");
 * units[0]; // speaks most for tabby
 */
export async function measureUnits(
  model: LoadedModel,
  picture: Tensor,
  target: Spec | string,
  layer: string,
  { steps = 32, signal, ...options }: ConductanceOptions = {},
): Promise<LayerUnits> {
  const { shape } = await prepareModel(model, 1, options);
  let units = 0;
  const opened = await probe(model, { ...options, batch: 1 }, (look) => {
    const value = look.objective(look.parse(target));
    units = look.features(layer).shape[1]!;
    return {
      value,
      activation: look.byUnit(layer),
      slope: look.slopesByUnit(value, layer),
    };
  });
  const at = async (share: number) => {
    signal?.throwIfAborted();
    const data = Float32Array.from(picture.data as Float32Array, (x) => x * share);
    const { value, activation, slope } = await opened.run({ dtype: "float32", shape, data });
    return {
      value: (value!.data as Float32Array)[0]!,
      activation: activation!.data as Float32Array,
      slope: slope!.data as Float32Array,
    };
  };
  try {
    const black = await at(0);
    const conductance = new Float64Array(units);
    let last = black;
    for (let step = 1; step <= steps; step++) {
      const next = await at(step / steps);
      const places = next.activation.length / units;
      for (let i = 0; i < next.activation.length; i++) {
        const slope = (last.slope[i]! + next.slope[i]!) / 2;
        conductance[Math.floor(i / places)]! += slope * (next.activation[i]! - last.activation[i]!);
      }
      last = next;
    }
    const places = last.activation.length / units;
    const ofUnit = (u: number, read: (i: number) => number) => {
      let sum = 0;
      for (let i = u * places; i < (u + 1) * places; i++) sum += read(i);
      return sum;
    };
    const all = Array.from(conductance, (sum, unit): UnitShare => ({
      unit,
      conductance: sum,
      attribution: ofUnit(unit, (i) => last.activation[i]! * last.slope[i]!),
      activation: ofUnit(unit, (i) => last.activation[i]!) / places,
    }));
    const rise = last.value - black.value;
    const through = conductance.reduce((a, b) => a + b, 0);
    return {
      layer,
      units: all.toSorted((a, b) => b.conductance - a.conductance || a.unit - b.unit),
      rise,
      gap: Math.abs(through - rise) / Math.max(Math.abs(rise), 1e-12),
    };
  } finally {
    await opened.release();
  }
}
