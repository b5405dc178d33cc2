// A tile of eight rows or one of `convolution.wgsl`, for hardware: it stays in registers, so that nothing of it is an array with a
// computed index. More rows would not fit: with what is read for them, a tile of 8 x 8 takes about 100.

const TILE_ROWS = 8u;

// The rows of a tile.
struct Rows {
  x_batch: u32, // as of `Share`
  off_start: u32,
  first: u32,
  count: u32,
}

// The place of row r of a tile, far outside where there is none; the cursor goes on to the next.
fn place_at(cursor: ptr<function, Cursor>, rows: Rows, r: u32) -> vec2<i32> {
  let place = select(vec2(OUTSIDE), place_of(*cursor), r < rows.count);
  if (params.rows_are_variants == 0u && r < ROWS) {
    *cursor = after(*cursor);
  }
  return place;
}

// Rows `first` to `first + 3` of a tile.
fn quad_at(cursor: ptr<function, Cursor>, rows: Rows, first: u32) -> Quad {
  let a = place_at(cursor, rows, first);
  let b = place_at(cursor, rows, first + 1u);
  let c = place_at(cursor, rows, first + 2u);
  let d = place_at(cursor, rows, first + 3u);
  let variants = select(vec4(0u), vec4(rows.first + first) + vec4(0u, 1u, 2u, 3u), params.rows_are_variants != 0u);
  return Quad(
    (vec4(rows.x_batch) + variants) * x_plane(),
    vec4(a.x, b.x, c.x, d.x) * params.stride_y - params.pad_top,
    vec4(a.y, b.y, c.y, d.y) * params.stride_x - params.pad_left,
  );
}

// Pooling windows of the first four filters, and of the others.
struct Pools {
  a: Pooled,
  b: Pooled,
}

fn pool_of(pools: Pools, is_second: bool) -> Pooled {
  return Pooled(
    select(pools.a.base, pools.b.base, is_second),
    select(pools.a.ablated_base, pools.b.ablated_base, is_second),
    select(pools.a.delta, pools.b.delta, is_second),
    select(pools.a.cells, pools.b.cells, is_second),
  );
}

fn pools_with(pools: Pools, is_second: bool, pool: Pooled) -> Pools {
  return Pools(pool_of(Pools(pool, pools.a), is_second), pool_of(Pools(pools.b, pool), is_second));
}

// The first or the last four filters of a row.
fn row_of(sums: Sums, row: u32, half: u32) -> vec4<f32> {
  var sum = half_of(sums.row0, half);
  if (IS_SINGLE) {
    return sum;
  }
  sum = select(sum, half_of(sums.row1, half), row == 1u);
  sum = select(sum, half_of(sums.row2, half), row == 2u);
  sum = select(sum, half_of(sums.row3, half), row == 3u);
  sum = select(sum, half_of(sums.row4, half), row == 4u);
  sum = select(sum, half_of(sums.row5, half), row == 5u);
  sum = select(sum, half_of(sums.row6, half), row == 6u);
  return select(sum, half_of(sums.row7, half), row == 7u);
}

fn half_of(row: mat2x4<f32>, half: u32) -> vec4<f32> {
  return select(row[0], row[1], half == 1u);
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = (workgroup.y * workgroups.x + workgroup.x) * THREADS + local;
  let window_cells = epilogue.pool_height * epilogue.pool_width;
  let share = share_of(thread, window_cells);
  if (!share.is_any) {
    return;
  }
  let work = share.work;
  let own = share.own;
  let filter_tile = share.filter_tile;
  let filter_tiles = filter_tiles();
  let rows_are_variants = params.rows_are_variants != 0u;
  var pooled = Pools(empty_pool(epilogue.pool), empty_pool(epilogue.pool));
  var reduced = Pools(empty_pool(epilogue.reduction), empty_pool(epilogue.reduction));
  var cursor = cursor_at(work, window_cells);
  var first_cell = 0u;
  var first_window = select(work.first / window_cells, work.position, rows_are_variants);

  for (var first_row = work.first; first_row < work.end; first_row += ROWS) {
    let rows = Rows(share.x_batch, share.off_start, first_row, min(ROWS, work.end - first_row));
    let begin_cursor = cursor;
    let upper = quad_at(&cursor, rows, 0u);
    var lower = upper;
    if (!IS_SINGLE) {
      lower = quad_at(&cursor, rows, 4u);
    }
    let quads = Quads(upper, lower, rows.off_start);
    let bias = share.bias;
    var sums = Sums(bias, bias, bias, bias, bias, bias, bias, bias);
    for (var tap_y = 0u; tap_y < params.window_height; tap_y++) {
      for (var tap_x = 0u; tap_x < params.window_width; tap_x++) {
        let taps = taps_of(quads, tap_y, tap_x);
        let is_tap = any((taps.upper.kept | taps.lower.kept) != vec4(0u));
        let tap = tap_y * params.window_width + tap_x;
        let weight_row = tap * params.weight_channels + params.first_weight_channel;
        for (var run = select(share.end_run, share.first_run, is_tap); run < share.end_run; run++) {
          // Channels of this run whose weights are here.
          let begin = weight_row + run * params.run_period;
          let first = max(begin + own.x, params.weight_start) - weight_row;
          let end = min(begin + own.y, params.weight_end) - min(weight_row, params.weight_end);
          let weights_at = (weight_row + first - params.weight_start) * filter_tiles + filter_tile;
          add_run(&sums, taps, first, end, weights_at, filter_tiles);
        }
      }
    }

    for (var half = 0u; half < 2u; half++) {
      let is_second = half == 1u;
      let channel = filter_tile * FILTERS + half * 4u;
      let extras = extras_of(channel);
      var window = pool_of(pooled, is_second);
      var cell = first_cell;
      var position = first_window;
      var row_cursor = begin_cursor;
      for (var r = 0u; r < select(0u, rows.count, channel < epilogue.channels); r++) {
        let batch = work.batch + select(0u, first_row + r, rows_are_variants);
        let place = place_at(&row_cursor, rows, r);
        let unpooled = u32(place.x * i32(epilogue.width) + place.y);
        if (place.x >= 0) {
          var sum = row_of(sums, r, half);
          if (HAS_EXTRAS) {
            sum += partial_at(batch, unpooled, channel);
          }
          let result = finish(batch, unpooled, channel, sum, extras);
          if (POOLS) {
            window = pool_cell(window, epilogue.pool, result);
          } else {
            store(share.part_batches + batch, unpooled, channel, result);
          }
        }
        cell++;
        if (POOLS && cell == window_cells) {
          let whole = pooled_cell(window, epilogue.pool);
          if (epilogue.is_reduced == 0u) {
            store(batch, position, channel, whole);
          } else {
            reduced = pools_with(reduced, is_second, pool_cell(pool_of(reduced, is_second), epilogue.reduction, whole));
          }
          window = empty_pool(epilogue.pool);
          cell = 0u;
          position += select(1u, 0u, rows_are_variants);
        }
      }
      pooled = pools_with(pooled, is_second, window);
    }
    first_window += (first_cell + rows.count) / window_cells;
    first_cell = (first_cell + rows.count) % window_cells;
  }
  if (!POOLS || epilogue.is_reduced == 0u) {
    return;
  }
  let block = work.first / (epilogue.block_windows * window_cells);
  for (var half = 0u; half < 2u; half++) {
    let channel = filter_tile * FILTERS + half * 4u;
    if (channel < epilogue.channels) {
      store_reduced(work.batch, block, channel, pool_of(reduced, half == 1u));
    }
  }
}
