// Pooling of values and of how much they fall, four channels together; see `epilogue.wgsl`.

const POOL_MAX = 1u;
const LOWEST = -3.4028234e38;

// A value and how much it falls; of streams only the value counts.
struct Cell {
  base: vec4<f32>,
  delta: vec4<f32>,
}

// A pooling window so far: the largest base; base and delta of the cell that is largest without the channel. Or sums.
struct Pooled {
  base: vec4<f32>,
  ablated_base: vec4<f32>,
  delta: vec4<f32>,
  cells: f32,
}

fn empty_pool(kind: u32) -> Pooled {
  let start = vec4(select(0.0, LOWEST, kind == POOL_MAX));
  return Pooled(start, start, vec4(0.0), 0.0);
}

fn pool_cell(pooled: Pooled, kind: u32, cell: Cell) -> Pooled {
  return pool_cell_where(true, pooled, kind, cell);
}

// The same where `counts`; otherwise the window stays as it is. Without a branch: a CPU that plays the GPU pays for every way
// out of a function with copies of all that it returns.
fn pool_cell_where(counts: bool, pooled: Pooled, kind: u32, cell: Cell) -> Pooled {
  let is_max = kind == POOL_MAX;
  let base = select(vec4(select(0.0, LOWEST, is_max)), cell.base, counts);
  let delta = select(vec4(0.0), cell.delta, counts);
  let is_larger = base - delta > pooled.ablated_base - pooled.delta;
  return Pooled(
    select(pooled.base + base, max(pooled.base, base), is_max),
    select(pooled.ablated_base, base, is_larger & vec4(is_max)),
    select(pooled.delta + delta, select(pooled.delta, delta, is_larger), is_max),
    select(pooled.cells + select(0.0, 1.0, counts), 1.0, is_max),
  );
}

fn pooled_cell(pooled: Pooled, kind: u32) -> Cell {
  // Of a maximum there is one cell. Where the same is largest with and without the channel, this is its delta exactly.
  let change = select(vec4(0.0), pooled.base - pooled.ablated_base, kind == POOL_MAX);
  return Cell(pooled.base / pooled.cells, (change + pooled.delta) / pooled.cells);
}

// Two windows, or blocks of them, as one.
fn joined_pools(a: Pooled, b: Pooled, kind: u32) -> Pooled {
  if (kind == POOL_MAX) {
    let is_larger = b.ablated_base - b.delta > a.ablated_base - a.delta;
    return Pooled(
      max(a.base, b.base),
      select(a.ablated_base, b.ablated_base, is_larger),
      select(a.delta, b.delta, is_larger),
      1.0,
    );
  }
  return Pooled(a.base + b.base, vec4(0.0), a.delta + b.delta, a.cells + b.cells);
}
