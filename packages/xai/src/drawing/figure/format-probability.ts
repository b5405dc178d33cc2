/** `p = 0.973`; what three decimals would make certain or impossible is given as a bound instead. */
export function formatProbability(probability: number): string {
  if (probability > 0.9995 && probability < 1) return 'p > 0.999';
  if (probability < 0.0005 && probability > 0) return 'p < 0.001';
  return `p = ${probability.toFixed(3)}`;
}
