/** The 95 % interval of a share of `right` among `count` (Wilson). */
export function wilson(right: number, count: number): readonly [low: number, high: number] {
  if (count === 0) return [0, 1];
  const z = 1.96;
  const p = right / count;
  const centre = p + (z * z) / (2 * count);
  const spread = z * Math.sqrt((p * (1 - p)) / count + (z * z) / (4 * count * count));
  const whole = 1 + (z * z) / count;
  return [Math.max(0, (centre - spread) / whole), Math.min(1, (centre + spread) / whole)];
}

/** How many standard errors two shares are apart. */
export function apart(a: number, ofA: number, b: number, ofB: number): number {
  const p = (a + b) / (ofA + ofB);
  const error = Math.sqrt(p * (1 - p) * (1 / ofA + 1 / ofB));
  return error === 0 ? 0 : (a / ofA - b / ofB) / error;
}

/** One bar of a calibration curve. */
export interface ConfidenceBin {
  readonly count: number;
  readonly confidence: number;
  readonly accuracy: number;
}

/** Pictures in bins of equal width by how sure the network is. */
export function binsOf(confidence: ArrayLike<number>, isRight: ArrayLike<number>, bins = 15): ConfidenceBin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (let i = 0; i < confidence.length; i++) {
    const bin = sums[Math.min(bins - 1, Math.floor(confidence[i]! * bins))]!;
    bin.count++;
    bin.confidence += confidence[i]!;
    bin.right += isRight[i]!;
  }
  return sums
    .filter(({ count }) => count > 0)
    .map(({ count, confidence: sum, right }) => ({ count, confidence: sum / count, accuracy: right / count }));
}

/** Expected calibration error: the mean distance of confidence and accuracy (Naeini et al., 2015). */
export function calibrationError(bins: readonly ConfidenceBin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce((sum, bin) => sum + (bin.count / total) * Math.abs(bin.confidence - bin.accuracy), 0);
}

/** What logits are divided by for the likeliest labels (Guo et al., 2017); by golden section on a logarithmic scale. */
export function temperatureOf(logits: readonly ArrayLike<number>[], labels: ArrayLike<number>): number {
  const loss = (log: number) => surpriseOf(logits, labels, Math.exp(log));
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.01), Math.log(1000)];
  for (let i = 0; i < 60; i++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}

/** How unlikely labels are by logits that are divided by a temperature: their negative log likelihood. */
export function surpriseOf(logits: readonly ArrayLike<number>[], labels: ArrayLike<number>, t: number): number {
  return logits.reduce((sum, row, i) => sum + surprise(row, labels[i]!, t), 0);
}

function surprise(row: ArrayLike<number>, label: number, t: number): number {
  let largest = -Infinity;
  for (let k = 0; k < row.length; k++) largest = Math.max(largest, row[k]! / t);
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += Math.exp(row[k]! / t - largest);
  return Math.log(sum) + largest - row[label]! / t;
}
