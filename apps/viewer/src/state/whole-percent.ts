/** A space at which no line ends: a number and its unit stay together. */
export const NBSP = '\u00a0';

/** `41 %`, whose parts stay on one line. */
export function wholePercent(share: number): string {
  return `${Math.round(100 * share)}${NBSP}%`;
}
