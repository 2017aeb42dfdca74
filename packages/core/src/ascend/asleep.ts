/** Which pictures get redirected gradients after a step: those that none reaches, in the first `redirectSteps` steps. */
export function asleep(networkGradientNorm: Float32Array, index: number, redirectSteps: number): boolean[] {
  return Array.from(networkGradientNorm, (length) => index < redirectSteps && length === 0);
}
