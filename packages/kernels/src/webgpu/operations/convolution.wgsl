// Convolution (a matrix product where the window is 1x1) of streams, of deltas and of what channels contribute:
//
//   sum[b, p, f] = bias[f] + sum over taps t and channels c of x[b, p * stride + t * dilation - pad, c] W[t, c, f]
//
// and its epilogue. The contribution of variant k is the same sum over the channels that k owns, of x = base - off,
// which all variants share: c = start + k * step + a * period + j for a < runs and j < run_length.
//
// Thread mapping: a thread holds a tile of ROWS rows x 8 filters in registers and reads x and W straight from memory, so
// there is no barrier and no workgroup memory: neighbouring threads take neighbouring filters of the same rows, whose x they
// read at the same time. Rows are neighbouring variants at one position, or positions of one variant, where the cells of a
// pooling window follow each other. A tile of one row is for few results: threads are then what is scarce. A CPU that plays
// the GPU takes 16 rows: it takes longest for loads, has no registers to run out of, and what it reads of W serves twice as
// many. Where few threads would go through many channels, each takes a part of them (`sum-parts.wgsl` adds the parts up).
//
// Layouts: x [inputs (, variants), height, width, channels]; W [taps, channels, tiles of 8 filters], or some of its
// rows, and two more rows, bias and scale; partial as y without pooling.

const OUTSIDE = -0x10000;
const FILTERS = 8u;
override THREADS = 64u;
// Of a tile: 1, 8 or 16.
override ROWS = 8u;
override IS_SINGLE = ROWS == 1u;
override IS_TALL = ROWS == 16u;
override HELD_ROWS = max(ROWS, 8u);
const MOST_ROWS = 16u;
// Whether a thread sums a part of the channels, into a part of y.
override IN_PARTS = false;
// Whether x is base - off, and every variant reads the channels it owns.
override CONTRIBUTES = false;

const PARTIAL_IS_BUFFER = 1u;
const PARTIAL_IS_Y = 2u; // sums of other rows of W

struct Params {
  x_has_variants: u32,
  x_height: i32,
  x_width: i32,
  x_channels: u32,
  window_height: u32,
  window_width: u32,
  stride_y: i32,
  stride_x: i32,
  dilation_y: i32,
  dilation_x: i32,
  pad_top: i32,
  pad_left: i32,
  rows_are_variants: u32,
  has_bias: u32,
  partial: u32,
  first_weight_channel: u32, // of x's channel 0, in W
  weight_channels: u32,
  weight_start: u32, // rows of W in `weights`
  weight_end: u32,
  channel_start: u32,
  channel_step: u32,
  runs: u32,
  run_period: u32,
  run_length: u32,
  parts: u32,
  works: u32, // tiles of rows of a part
  part_runs: u32, // of a part: all channels of some runs, or some channels of each
  part_channels: u32,
}

@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(7) var<storage, read> x: array<f32>;
@group(0) @binding(8) var<storage, read> x_off: array<f32>;
@group(0) @binding(9) var<storage, read> weights: array<mat2x4<f32>>;
@group(0) @binding(10) var<storage, read> partial: array<f32>;

fn filter_tiles() -> u32 {
  return (epilogue.channels + FILTERS - 1u) / FILTERS;
}

// Four values of the rows after W, counted from its bias.
fn constants_at(at: vec4<u32>) -> vec4<f32> {
  let first = (params.weight_end - params.weight_start) * filter_tiles();
  var values = vec4(0.0);
  for (var i = 0u; i < 4u; i++) {
    values[i] = weights[first + at[i] / FILTERS][at[i] % FILTERS / 4u][at[i] % 4u];
  }
  return values;
}

// What `partial` adds to a sum.
fn partial_at(batch: u32, position: u32, channel: u32) -> vec4<f32> {
  let row = (batch * epilogue.height * epilogue.width + position) * epilogue.channels;
  let at = neighbours(row + channel, row + epilogue.channels);
  if (params.partial == PARTIAL_IS_BUFFER) {
    return vec4(partial[at.x], partial[at.y], partial[at.z], partial[at.w]);
  }
  if (params.partial == PARTIAL_IS_Y) {
    return vec4(y[at.x], y[at.y], y[at.z], y[at.w]);
  }
  return vec4(0.0);
}

// Rows `first` to `end - 1` of a thread, in steps of ROWS: variants at `position`, or cells of pooling windows of one
// variant, counted from the first window's.
struct Work {
  batch: u32,
  position: u32,
  first: u32,
  end: u32,
}

fn work_of(number: u32, window_cells: u32) -> Work {
  if (params.rows_are_variants != 0u) {
    let tiles = (epilogue.variants + ROWS - 1u) / ROWS;
    let first = number % tiles * ROWS;
    let batch = number / tiles % epilogue.inputs * epilogue.variants;
    return Work(batch, number / tiles / epilogue.inputs, first, min(first + ROWS, epilogue.variants));
  }
  let windows = epilogue.pooled_height * epilogue.pooled_width;
  if (epilogue.is_reduced != 0u) {
    let first = number % epilogue.blocks * epilogue.block_windows;
    let end = min(first + epilogue.block_windows, windows);
    return Work(number / epilogue.blocks, first, first * window_cells, end * window_cells);
  }
  let together = max(1u, ROWS / window_cells);
  let tiles = (windows + together - 1u) / together;
  let first = number % tiles * together;
  return Work(number / tiles, first, first * window_cells, min(first + together, windows) * window_cells);
}

fn is_work(work: Work) -> bool {
  return work.batch < epilogue.inputs * epilogue.variants
    && work.position < epilogue.pooled_height * epilogue.pooled_width;
}

// A cell of a pooling window.
struct Cursor {
  window: vec2<i32>, // row and column
  cell: vec2<i32>,
}

fn cursor_at(work: Work, window_cells: u32) -> Cursor {
  let window = select(work.first / window_cells, work.position, params.rows_are_variants != 0u);
  return Cursor(vec2<i32>(vec2(window / epilogue.pooled_width, window % epilogue.pooled_width)), vec2(0));
}

// The next cell, or the first one of the next window.
fn after(cursor: Cursor) -> Cursor {
  var next = cursor;
  next.cell.y += 1;
  next.cell.x += select(0, 1, next.cell.y == i32(epilogue.pool_width));
  next.cell.y = select(next.cell.y, 0, next.cell.y == i32(epilogue.pool_width));
  let is_end = next.cell.x == i32(epilogue.pool_height);
  next.cell.x = select(next.cell.x, 0, is_end);
  next.window.y += select(0, 1, is_end);
  next.window.x += select(0, 1, next.window.y == i32(epilogue.pooled_width));
  next.window.y = select(next.window.y, 0, next.window.y == i32(epilogue.pooled_width));
  return next;
}

// Its row and column in the result before pooling; far outside where it hangs over the edge.
fn place_of(cursor: Cursor) -> vec2<i32> {
  let stride = vec2(epilogue.pool_stride_y, epilogue.pool_stride_x);
  let place = cursor.window * stride - vec2(epilogue.pool_top, epilogue.pool_left) + cursor.cell;
  let size = vec2(i32(epilogue.height), i32(epilogue.width));
  return select(vec2(OUTSIDE), place, all(place >= vec2(0)) && all(place < size));
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = (workgroup.y * workgroups.x + workgroup.x) * THREADS + local;
  let filter_tiles = filter_tiles();
  let filter_tile = thread % filter_tiles;
  let window_cells = epilogue.pool_height * epilogue.pool_width;
  var number = thread / filter_tiles;
  var part = 0u;
  if (IN_PARTS) {
    part = number / params.works;
    number %= params.works;
  }
  let work = work_of(number, window_cells);
  if (!is_work(work) || part >= params.parts) {
    return;
  }
  var first_run = 0u;
  var end_run = params.runs;
  var part_start = 0u;
  var part_end = params.run_length;
  if (IN_PARTS) {
    if (params.part_runs < params.runs) {
      first_run = part * params.part_runs;
      end_run = min(first_run + params.part_runs, params.runs);
    } else {
      part_start = part * params.part_channels;
      part_end = min(part_start + params.part_channels, params.run_length);
    }
  }
  let part_batches = part * epilogue.inputs * epilogue.variants;
  let first_channel = params.channel_start + variant_of(work.batch) * params.channel_step;
  var bias = mat2x4<f32>();
  if (params.has_bias != 0u) {
    bias = weights[(params.weight_end - params.weight_start) * filter_tiles + filter_tile];
  }
  let rows_are_variants = params.rows_are_variants != 0u;
  let plane = u32(params.x_height * params.x_width) * params.x_channels;
  let x_batch = select(work.batch / epilogue.variants, work.batch, params.x_has_variants != 0u);
  var pooled = array(empty_pool(epilogue.pool), empty_pool(epilogue.pool));
  var reduced = array(empty_pool(epilogue.reduction), empty_pool(epilogue.reduction));
  var cursor = cursor_at(work, window_cells);
  var first_cell = 0u;
  var first_window = select(work.first / window_cells, work.position, rows_are_variants);

  for (var first_row = work.first; first_row < work.end; first_row += ROWS) {
    let rows = min(ROWS, work.end - first_row);
    var places: array<vec2<i32>, MOST_ROWS>;
    var starts: array<u32, MOST_ROWS>;
    for (var r = 0u; r < HELD_ROWS; r++) {
      places[r] = select(vec2(OUTSIDE), place_of(cursor), r < rows);
      starts[r] = (x_batch + select(0u, first_row + r, rows_are_variants)) * plane;
      if (!rows_are_variants && r < ROWS) {
        cursor = after(cursor);
      }
    }
    let quads = Quads(
      quad_of(vec4(starts[0], starts[1], starts[2], starts[3]), places[0], places[1], places[2], places[3]),
      quad_of(vec4(starts[4], starts[5], starts[6], starts[7]), places[4], places[5], places[6], places[7]),
    );
    let further_quads = Quads(
      quad_of(vec4(starts[8], starts[9], starts[10], starts[11]), places[8], places[9], places[10], places[11]),
      quad_of(vec4(starts[12], starts[13], starts[14], starts[15]), places[12], places[13], places[14], places[15]),
    );
    var sums = Sums(bias, bias, bias, bias, bias, bias, bias, bias);
    var further_sums = sums;
    for (var tap_y = 0u; tap_y < params.window_height; tap_y++) {
      for (var tap_x = 0u; tap_x < params.window_width; tap_x++) {
        let taps = taps_of(quads, tap_y, tap_x);
        var kept = taps.upper.kept | taps.lower.kept;
        var further_taps = taps;
        if (IS_TALL) {
          further_taps = taps_of(further_quads, tap_y, tap_x);
          kept |= further_taps.upper.kept | further_taps.lower.kept;
        }
        let tap = tap_y * params.window_width + tap_x;
        let weight_row = tap * params.weight_channels + params.first_weight_channel;
        let is_tap = any(kept != vec4(0u));
        for (var run = select(end_run, first_run, is_tap); run < end_run; run++) {
          // Channels of this run whose weights are here.
          let begin = first_channel + run * params.run_period;
          let first = max(weight_row + begin + part_start, params.weight_start) - weight_row;
          let end = min(weight_row + begin + part_end, params.weight_end) - min(weight_row, params.weight_end);
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
          if (IS_TALL && r >= 8u) {
            sum = sums_of_further_rows[r % 8u][half];
          }
          if (HAS_EXTRAS) {
            sum += partial_at(batch, unpooled, channel);
          }
          let result = finish(batch, unpooled, channel, sum, extras);
          if (POOLS) {
            window = pool_cell(window, epilogue.pool, result);
          } else {
            store(part_batches + batch, unpooled, channel, result);
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
