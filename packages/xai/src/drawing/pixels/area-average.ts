/** Values on a grid, row-major, `[height, width, channels]`. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

/**
 * Returns the grid made smaller: every cell of the result is the mean over the area it covers. Axes that are not longer than
 * asked for stay as they are.
 */
export function areaAverage(grid: Grid, maxWidth: number, maxHeight: number): Grid {
  const rows = shrinkAxis(grid, 'height', maxHeight);
  return shrinkAxis(rows, 'width', maxWidth);
}

function shrinkAxis(grid: Grid, axis: 'width' | 'height', length: number): Grid {
  const before = grid[axis];
  if (before <= length) return grid;
  const inner = axis === 'width' ? grid.channels : grid.width * grid.channels;
  const outer = axis === 'width' ? grid.height : 1;
  const ratio = before / length;
  const data = new Float32Array(outer * length * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < length; i++) {
      const [start, end] = [i * ratio, Math.min(before, (i + 1) * ratio)];
      for (let source = Math.floor(start); source < end; source++) {
        const share = (Math.min(end, source + 1) - Math.max(start, source)) / ratio;
        for (let j = 0; j < inner; j++) {
          data[(o * length + i) * inner + j]! += share * grid.data[(o * before + source) * inner + j]!;
        }
      }
    }
  }
  return { ...grid, [axis]: length, data };
}
