/** A place in both arrays of cells that are next to each other in one of them. */
const TILE = 32;

type Cells = Float32Array | Float64Array | Int32Array;

/**
 * Returns the cells of an array with its axes exchanged: output axis i is input axis `perm[i]`. The array itself where that changes
 * nothing.
 */
export function exchangeAxes<T extends Cells>(
  values: T,
  lengths: readonly number[],
  perm: readonly number[],
): T {
  const moved = perm.filter((axis) => lengths[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > (moved[i - 1] ?? 0))) return values;
  const strides = lengths.map((_, axis) =>
    lengths.slice(axis + 1).reduce((product, length) => product * length, 1),
  );
  const out = moved.map((axis) => lengths[axis] ?? 1);
  const steps = moved.map((axis) => strides[axis] ?? 1);
  const result = values.slice() as T;
  const [inner = 1] = out.splice(-1);
  const [step = 1] = steps.splice(-1);
  // Rows of the output whose cells are neighbors in the input are copied; others in tiles along the axis whose cells are.
  const near = step === 1 ? -1 : steps.lastIndexOf(1);
  const tiled = out.map((length, axis) => (axis === near ? Math.ceil(length / TILE) : length));
  const outStrides = out.map(
    (_, axis) => inner * out.slice(axis + 1).reduce((product, length) => product * length, 1),
  );
  const rows = tiled.reduce((product, length) => product * length, 1);
  const index = out.map(() => 0);
  for (let row = 0; row < rows; row++) {
    let from = 0;
    let to = 0;
    index.forEach((at, axis) => {
      const cell = axis === near ? at * TILE : at;
      from += cell * steps[axis]!;
      to += cell * outStrides[axis]!;
    });
    if (near < 0) copyRow(values, result, from, to, inner, step);
    else {
      const width = Math.min(TILE, out[near]! - index[near]! * TILE);
      copyTiles(values, result, from, to, inner, step, width, outStrides[near]!);
    }
    for (let axis = index.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      if (index[axis]! < tiled[axis]!) break;
      index[axis] = 0;
    }
  }
  return result;
}

function copyRow(values: Cells, result: Cells, from: number, to: number, length: number, step: number): void {
  if (step === 1) result.set(values.subarray(from, from + length), to);
  else for (let i = 0; i < length; i++) result[to + i] = values[from + i * step]!;
}

/** `width` rows of `length` cells each, whose first cells are neighbors in the input. */
function copyTiles(
  values: Cells,
  result: Cells,
  from: number,
  to: number,
  length: number,
  step: number,
  width: number,
  rowStride: number,
): void {
  for (let start = 0; start < length; start += TILE) {
    const end = Math.min(length, start + TILE);
    for (let j = 0; j < width; j++) {
      for (let i = start; i < end; i++) result[to + j * rowStride + i] = values[from + j + i * step]!;
    }
  }
}
