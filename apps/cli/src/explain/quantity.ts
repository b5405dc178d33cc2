/** A number in three digits and a unit of thousands. */
export function quantity(value: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P'];
  let unit = 0;
  let scaled = value;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const digits = unit === 0 ? String(Math.round(scaled)) : scaled.toPrecision(3);
  return `${digits} ${units[unit] ?? ''}`.trimEnd();
}

/** The same in bytes. */
export function bytesText(value: number): string {
  const text = quantity(value);
  return /[a-zA-Z]$/.test(text) ? `${text}B` : `${text} B`;
}

/** A number and what it counts. */
export function counted(number: number, one: string, many: string): string {
  return `${String(number)} ${number === 1 ? one : many}`;
}
