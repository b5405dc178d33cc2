import type { FloatArray, PositionMap } from '../explanation/explanation.ts';

/**
 * Returns the map resized to `shape` by linear interpolation along each axis, with half-pixel centres: output cell i of n
 * reads the input of m cells at (i + 0.5) m / n - 0.5, clamped to the outermost centres.
 */
export function resizeBilinear(
  map: PositionMap<FloatArray>,
  shape: readonly number[],
): PositionMap<Float64Array> {
  let current: { shape: number[]; data: Float64Array } = {
    shape: [...map.shape],
    data: new Float64Array(map.data),
  };
  shape.forEach((length, axis) => {
    current = resizeAxis(current, axis, length);
  });
  return current;
}

function resizeAxis(
  { shape, data }: { shape: number[]; data: Float64Array },
  axis: number,
  length: number,
): { shape: number[]; data: Float64Array } {
  const before = shape[axis] ?? 1;
  if (before === length) return { shape, data };
  const inner = product(shape.slice(axis + 1));
  const outer = product(shape.slice(0, axis));
  const resized = new Float64Array(outer * length * inner);
  const lows = new Int32Array(length);
  const shares = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const at = Math.min(before - 1, Math.max(0, ((i + 0.5) * before) / length - 0.5));
    lows[i] = Math.floor(at);
    shares[i] = at - Math.floor(at);
  }
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < length; i++) {
      const low = lows[i]!;
      const share = shares[i]!;
      const first = (o * before + low) * inner;
      const second = low + 1 < before ? first + inner : first;
      const to = (o * length + i) * inner;
      for (let j = 0; j < inner; j++) {
        const a = data[first + j]!;
        resized[to + j] = a + share * (data[second + j]! - a);
      }
    }
  }
  return { shape: shape.with(axis, length), data: resized };
}

function product(values: readonly number[]): number {
  return values.reduce((total, value) => total * value, 1);
}
