/** Round numbers are these, times a power of ten. */
const ROUND = [1, 2, 5];

/**
 * Returns what is marked on an axis that is about straight up to `bend` and logarithmic beyond it, on both sides of 0: round values,
 * in increasing order.
 *
 * @param most how many marks have room beside each other
 */
export function bentMarks(low: number, high: number, bend: number, most: number): readonly number[] {
  const place = (value: number): number => Math.asinh(value / bend);
  const room = (place(high) - place(low)) / most;
  const outward = (end: number): number[] => {
    const marks: number[] = [];
    for (const value of roundValues(bend / 100, end))
      if (place(value) - place(marks.at(-1) ?? 0) >= room) marks.push(value);
    return marks;
  };
  const below = outward(-low).map((value) => -value);
  return [...below.reverse(), 0, ...outward(high)];
}

/** The round values from about `from` up to `to`. */
function roundValues(from: number, to: number): readonly number[] {
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(from)); 10 ** power <= to; power++)
    values.push(...ROUND.map((digit) => Number(`${digit}e${power}`)).filter((value) => value <= to));
  return values;
}
