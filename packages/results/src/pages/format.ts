/**
 * A number for people: whole numbers as they are, others with `digits` digits, or with as many as tell it from 1
 * (0.99999 stays 0.99999); a real minus sign.
 *
 * @example
 * formatNumber(-0.5); // a real minus sign
 */
export function formatNumber(value: number, digits = 4): string {
  return plain(value, digits).replaceAll("-", "−");
}

/**
 * A share (0 to 1) as a percentage: "0.4 %"; what is not quite nothing is never "0 %".
 *
 * @example
 * formatPercent(0.004); // "0.4 %"
 */
export function formatPercent(share: number): string {
  if (share > 0 && share < 0.0005) return "<0.1 %";
  return `${Number((100 * share).toFixed(1))} %`;
}

/**
 * Time as people say it: "0.8 s", "8 s", "12 s", "3 min 05 s", "2 h 10 min".
 *
 * @example
 * formatDuration(185); // "3 min 05 s"
 */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95 && !Number.isInteger(seconds)) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

function plain(value: number, digits: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return String(value === 0 ? 0 : value);
  if (size > 0.999 && size < 1) return String(Number(value.toFixed(Math.ceil(-Math.log10(1 - size)) + 1)));
  if (size < 1e-3 || size >= 1e9) return value.toExponential(2).replace(/\.?0+e/, "e");
  return size >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(digits)));
}
