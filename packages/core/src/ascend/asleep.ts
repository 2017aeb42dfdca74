/** Which pictures get redirected gradients after a step: those that none reaches, in the first `redirect` steps. */
export function asleep(reach: Float32Array, index: number, redirect: number): boolean[] {
  return Array.from(reach, (length) => index < redirect && length === 0);
}
