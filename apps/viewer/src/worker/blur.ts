/** So many means over a window are nearly a Gaussian. */
const PASSES = 3;
/** The window, as a share of the longer side: what is smaller than that is gone. */
const WINDOW = 1 / 8;

/**
 * Returns values `[...positions, channels]` blurred along each axis of positions by moving means, whose windows are cut off at
 * the borders.
 */
export function blurred(data: Float32Array, shape: readonly number[]): Float32Array {
  const positions = shape.slice(0, -1);
  const radius = Math.max(1, Math.round((WINDOW * Math.max(...positions)) / 2));
  let current: Float32Array = data;
  for (let pass = 0; pass < PASSES; pass++) {
    positions.forEach((_, axis) => {
      current = movingMean(current, shape, axis, radius);
    });
  }
  return current;
}

function movingMean(
  data: Float32Array,
  shape: readonly number[],
  axis: number,
  radius: number,
): Float32Array {
  const length = shape[axis] ?? 1;
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const result = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += length * inner) {
    for (let j = start; j < start + inner; j++) {
      let [sum, count] = [0, 0];
      for (let i = -radius; i < length; i++) {
        const [entering, leaving] = [i + radius, i - radius - 1];
        if (entering < length) [sum, count] = [sum + data[j + entering * inner]!, count + 1];
        if (leaving >= 0) [sum, count] = [sum - data[j + leaving * inner]!, count - 1];
        if (i >= 0) result[j + i * inner] = sum / count;
      }
    }
  }
  return result;
}
