/** The value below which the share `p` (0 to 1) of sorted numbers lies, linear between neighbors (as NumPy's default). */
export function quantileOf(sorted: ArrayLike<number>, p: number): number {
  const place = p * (sorted.length - 1);
  const low = sorted[Math.floor(place)]!;
  return low + (sorted[Math.ceil(place)]! - low) * (place % 1);
}
