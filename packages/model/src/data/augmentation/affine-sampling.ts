type Row = readonly [number, number];

/** Maps (row, column) in the output, counted from the centre, to the input. */
export type AffineMatrix = readonly [Row, Row];

type ImageShape = readonly [height: number, width: number, channels: number];

/**
 * The image sampled at the positions that the matrix gives about the centre ((height - 1) / 2, (width - 1) / 2): bilinear,
 * and beyond the border the nearest pixel of the border. As SciPy's `affine_transform(order=1, mode='nearest')`.
 */
export function sampleAffine(image: Float32Array, shape: ImageShape, matrix: AffineMatrix): Float32Array {
  const [height, width, channels] = shape;
  const [[rowByRow, rowByColumn], [columnByRow, columnByColumn]] = matrix;
  const centerRow = (height - 1) / 2;
  const centerColumn = (width - 1) / 2;
  const sampled = new Float32Array(image.length);
  let target = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromRow = centerRow + rowByRow * (y - centerRow) + rowByColumn * (x - centerColumn);
      const fromColumn = centerColumn + columnByRow * (y - centerRow) + columnByColumn * (x - centerColumn);
      const row = Math.min(Math.max(fromRow, 0), height - 1);
      const column = Math.min(Math.max(fromColumn, 0), width - 1);
      const top = Math.floor(row);
      const left = Math.floor(column);
      const down = row - top;
      const right = column - left;
      const upper = (top * width + left) * channels;
      const lower = upper + (top < height - 1 ? width * channels : 0);
      const step = left < width - 1 ? channels : 0;
      for (let channel = 0; channel < channels; channel++) {
        const value = (at: number): number => image[at + channel]!;
        const above = value(upper) * (1 - right) + value(upper + step) * right;
        const below = value(lower) * (1 - right) + value(lower + step) * right;
        sampled[target++] = above * (1 - down) + below * down;
      }
    }
  }
  return sampled;
}

/** The image mirrored left to right, top to bottom, both or neither; a new array. */
export function flipImage(
  image: Float32Array,
  shape: ImageShape,
  horizontally: boolean,
  vertically: boolean,
): Float32Array {
  const [height, width, channels] = shape;
  const flipped = new Float32Array(image.length);
  for (let y = 0; y < height; y++) {
    const row = vertically ? height - 1 - y : y;
    for (let x = 0; x < width; x++) {
      const column = horizontally ? width - 1 - x : x;
      const from = (row * width + column) * channels;
      flipped.set(image.subarray(from, from + channels), (y * width + x) * channels);
    }
  }
  return flipped;
}
