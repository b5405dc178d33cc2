/** y[yAt + i] += factor * x[xAt + i], `length` times. */
export function addScaled(
  y: Float64Array,
  yAt: number,
  factor: number,
  x: Float32Array | Float64Array,
  xAt: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) y[yAt + i]! += factor * x[xAt + i]!;
}
