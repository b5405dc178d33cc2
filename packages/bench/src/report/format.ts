/** Milliseconds with three digits, in the unit that suits them. */
export function formatTime(ms: number): string {
  if (ms < 1) return `${digits(ms * 1000)} µs`;
  return ms < 1000 ? `${digits(ms)} ms` : `${digits(ms / 1000)} s`;
}

/** Three digits, whole numbers beyond a hundred, thousands with commas. */
export function digits(value: number): string {
  if (value === 0) return '0';
  if (value >= 99.95) return Math.round(value).toLocaleString('en');
  return value >= 9.995 ? value.toFixed(1) : value.toPrecision(3);
}

export function formatRatio(ratio: number): string {
  return `${ratio < 0.995 ? ratio.toPrecision(2) : digits(ratio)}x`;
}

export function formatPercent(share: number): string {
  const percent = 100 * share;
  return `${percent < 1 ? percent.toPrecision(1) : percent.toFixed(0)} %`;
}

const PREFIXES = ['', ' k', ' M', ' G', ' T'];

/** A count with three digits and a decimal prefix: 55,000 is 55.0 k. */
export function formatAmount(count: number): string {
  const power = count < 1 ? 0 : Math.min(PREFIXES.length - 1, Math.floor(Math.log10(count) / 3));
  if (power === 0) return digits(count);
  return `${digits(count / 1000 ** power)}${PREFIXES[power] ?? ''}`;
}
