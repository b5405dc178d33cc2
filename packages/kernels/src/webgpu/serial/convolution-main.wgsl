// A tile of 16 rows or one of `convolution.wgsl`, where a CPU plays the GPU: it takes longest for loads, has no registers to run out
// of, and what it reads of W serves twice as many rows.

const TILE_ROWS = 16u;
// Rows that are there in any case.
override HELD_ROWS = max(ROWS, 8u);

fn quad_of(start: vec4<u32>, a: vec2<i32>, b: vec2<i32>, c: vec2<i32>, d: vec2<i32>) -> Quad {
  return Quad(
    start,
    vec4(a.x, b.x, c.x, d.x) * params.stride_y - params.pad_top,
    vec4(a.y, b.y, c.y, d.y) * params.stride_x - params.pad_left,
  );
}

fn add_channel(
  sums: ptr<function, Sums>,
  further_sums: ptr<function, Sums>,
  taps: Taps,
  further_taps: Taps,
  channel: u32,
  w: mat2x4<f32>,
) {
  if (IS_SINGLE) {
    (*sums).row0 += load_row(taps, channel) * w;
    return;
  }
  add_rows(sums, taps, channel, w);
  add_rows(further_sums, further_taps, channel, w);
}

fn all_of(sums: Sums) -> array<mat2x4<f32>, 8> {
  return array(sums.row0, sums.row1, sums.row2, sums.row3, sums.row4, sums.row5, sums.row6, sums.row7);
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
  var pooled = array(empty_pool(epilogue.pool), empty_pool(epilogue.pool));
  var reduced = array(empty_pool(epilogue.reduction), empty_pool(epilogue.reduction));
  var cursor = cursor_at(work, window_cells);
  var first_cell = 0u;
  var first_window = select(work.first / window_cells, work.position, rows_are_variants);

  for (var first_row = work.first; first_row < work.end; first_row += ROWS) {
    let rows = min(ROWS, work.end - first_row);
    var places: array<vec2<i32>, 16>;
    var starts: array<u32, 16>;
    for (var r = 0u; r < HELD_ROWS; r++) {
      places[r] = select(vec2(OUTSIDE), place_of(cursor), r < rows);
      starts[r] = (share.x_batch + select(0u, first_row + r, rows_are_variants)) * x_plane();
      if (!rows_are_variants && r < ROWS) {
        cursor = after(cursor);
      }
    }
    let quads = Quads(
      quad_of(vec4(starts[0], starts[1], starts[2], starts[3]), places[0], places[1], places[2], places[3]),
      quad_of(vec4(starts[4], starts[5], starts[6], starts[7]), places[4], places[5], places[6], places[7]),
      share.off_start,
    );
    let further_quads = Quads(
      quad_of(vec4(starts[8], starts[9], starts[10], starts[11]), places[8], places[9], places[10], places[11]),
      quad_of(vec4(starts[12], starts[13], starts[14], starts[15]), places[12], places[13], places[14], places[15]),
      share.off_start,
    );
    let bias = share.bias;
    var sums = Sums(bias, bias, bias, bias, bias, bias, bias, bias);
    var further_sums = sums;
    for (var tap_y = 0u; tap_y < params.window_height; tap_y++) {
      for (var tap_x = 0u; tap_x < params.window_width; tap_x++) {
        let taps = taps_of(quads, tap_y, tap_x);
        var kept = taps.upper.kept | taps.lower.kept;
        var further_taps = taps;
        if (!IS_SINGLE) {
          further_taps = taps_of(further_quads, tap_y, tap_x);
          kept |= further_taps.upper.kept | further_taps.lower.kept;
        }
        let tap = tap_y * params.window_width + tap_x;
        let weight_row = tap * params.weight_channels + params.first_weight_channel;
        let is_tap = any(kept != vec4(0u));
        for (var run = select(share.end_run, share.first_run, is_tap); run < share.end_run; run++) {
          // Channels of this run whose weights are here.
          let begin = weight_row + run * params.run_period;
          let first = max(begin + own.x, params.weight_start) - weight_row;
          let end = min(begin + own.y, params.weight_end) - min(weight_row, params.weight_end);
          var weight_at = (weight_row + first - params.weight_start) * filter_tiles + filter_tile;
          // Two channels a turn, since a turn costs a CPU much.
          var c = first;
          for (; c + 1u < end; c += 2u) {
            add_channel(&sums, &further_sums, taps, further_taps, c, weights[weight_at]);
            add_channel(&sums, &further_sums, taps, further_taps, c + 1u, weights[weight_at + filter_tiles]);
            weight_at += 2u * filter_tiles;
          }
          if (c < end) {
            add_channel(&sums, &further_sums, taps, further_taps, c, weights[weight_at]);
          }
        }
      }
    }

    let sums_of_rows = all_of(sums);
    let sums_of_further_rows = all_of(further_sums);
    for (var half = 0u; half < 2u; half++) {
      let channel = filter_tile * FILTERS + half * 4u;
      let extras = extras_of(channel);
      var window = pooled[half];
      var cell = first_cell;
      var position = first_window;
      for (var r = 0u; r < select(0u, rows, channel < epilogue.channels); r++) {
        let batch = work.batch + select(0u, first_row + r, rows_are_variants);
        let place = places[r];
        let unpooled = u32(place.x * i32(epilogue.width) + place.y);
        if (place.x >= 0) {
          var sum = sums_of_rows[r % 8u][half];
          if (!IS_SINGLE && r >= 8u) {
            sum = sums_of_further_rows[r % 8u][half];
          }
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
            reduced[half] = pool_cell(reduced[half], epilogue.reduction, whole);
          }
          window = empty_pool(epilogue.pool);
          cell = 0u;
          position += select(1u, 0u, rows_are_variants);
        }
      }
      pooled[half] = window;
    }
    first_window += (first_cell + rows) / window_cells;
    first_cell = (first_cell + rows) % window_cells;
  }
  if (!POOLS || epilogue.is_reduced == 0u) {
    return;
  }
  for (var half = 0u; half < 2u; half++) {
    let channel = filter_tile * FILTERS + half * 4u;
    if (channel < epilogue.channels) {
      store_reduced(work.batch, work.first / (epilogue.block_windows * window_cells), channel, reduced[half]);
    }
  }
}
