/** How values become heights: as they are, by their logarithm, or by the nines of a probability, -log10(1 - p). */
export type AxisScale = "linear" | "log" | "nines";

export interface Axis {
  /** 0 at the low end, 1 at the high end; NaN for what the scale cannot show (the logarithm of 0). */
  position(value: number): number;
  readonly ticks: readonly Tick[];
}

export interface Tick {
  readonly position: number;
  readonly label: string;
}

interface Scaling {
  readonly transform: (value: number) => number;
  /** Values, ascending, that are good ticks for a transformed range; the outer ones may lie outside. */
  readonly tickValues: (low: number, high: number) => readonly number[];
}

/** The nines of the largest float32 below 1: more cannot be told from certainty. */
const mostNines = -Math.log10(2 ** -24);

const scalings: Readonly<Record<AxisScale, Scaling>> = {
  linear: { transform: (value) => value, tickValues: linearTicks },
  log: { transform: (value) => (value > 0 ? Math.log10(value) : Number.NaN), tickValues: logTicks },
  nines: {
    transform: (p) => (p >= 0 && p <= 1 ? Math.min(mostNines, -Math.log10(1 - p)) : Number.NaN),
    tickValues: (_, high) => [0, ...(high < 3 ? [0.5] : []), 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999, 1],
  },
};

/** An axis for all `values` from tick to tick, or with `isTight` from the least value to the greatest. */
export function createAxis(scale: AxisScale, values: readonly number[], isTight = false): Axis {
  const { transform, tickValues } = scalings[scale];
  let [low, high] = rangeOf(values.map(transform).filter(Number.isFinite));
  const candidates = tickValues(low, high);
  const heights = candidates.map(transform);
  const tolerance = 1e-9 * (high - low);
  if (!isTight) {
    low = heights.findLast((height) => height <= low + tolerance) ?? low;
    high = heights.find((height) => height >= high - tolerance) ?? high;
  }
  const position = (value: number) => (transform(value) - low) / (high - low);
  const ticks = candidates
    .map((value) => ({ position: position(value), label: String(value).replaceAll("-", "−") }))
    .filter(({ position: at }) => at >= -1e-9 && at <= 1 + 1e-9);
  return { position, ticks };
}

function rangeOf(heights: readonly number[]): [low: number, high: number] {
  if (heights.length === 0) return [0, 1];
  const low = heights.reduce((least, height) => Math.min(least, height));
  const high = heights.reduce((most, height) => Math.max(most, height));
  const margin = low === high ? (Math.abs(low) || 1) / 2 : 0;
  return [low - margin, high + margin];
}

/** About five multiples of 1, 2 or 5 times a power of ten. */
function linearTicks(low: number, high: number): number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toFixed(Math.min(100, decimals))),
  );
}

/** Powers of ten, at most about seven of them; with 2 and 5 between them when there are few. */
function logTicks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(low), Math.ceil(high)];
  const stride = Math.ceil((last - first) / 6);
  const factors = high - low < 2 ? [1, 2, 5] : [1];
  const powers = Array.from({ length: Math.ceil((last - first) / stride) + 1 }, (_, i) => first + i * stride);
  return powers.flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)));
}
