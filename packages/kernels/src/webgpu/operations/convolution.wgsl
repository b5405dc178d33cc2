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
// pooling window follow each other. A tile of one row is for few results: threads are then what is scarce. Otherwise it has
// as many as suit the layout: `wide/convolution-main.wgsl` and `serial/convolution-main.wgsl`. Where few threads would go through
// many channels, each takes a part of them (`sum-parts.wgsl` adds the parts up).
//
// Layouts: x [inputs (, variants), height, width, channels]; W [taps, channels, tiles of 8 filters], or some of its
// rows, and two more rows, bias and scale (`weights.wgsl`); partial as y without pooling.

const OUTSIDE = -0x10000;
const FILTERS = 8u;
override THREADS = 64u;
// Whether a tile has one row.
override IS_SINGLE = false;
override ROWS = select(TILE_ROWS, 1u, IS_SINGLE);
// Whether a thread sums a part of the channels, into a part of y.
override IN_PARTS = false;
// Whether x is base - off, and every variant reads the channels it owns.
override CONTRIBUTES = false;
// Whether off is the same at all positions: x_off has one value a channel.
override OFF_IS_CONSTANT = false;

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
  off_channels: u32, // of x_off and from one input of it to the next, where it has one value a channel
  off_step: u32,
}

@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(10) var<storage, read> partial: array<f32>;

fn filter_tiles() -> u32 {
  return (epilogue.channels + FILTERS - 1u) / FILTERS;
}

// Four values of the rows after W, counted from its bias.
fn constants_at(at: vec4<u32>) -> vec4<f32> {
  let first = (params.weight_end - params.weight_start) * filter_tiles();
  var values = vec4(0.0);
  for (var i = 0u; i < 4u; i++) {
    values[i] = number_behind(first, at[i]);
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
    return stored_at(at);
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

// Where in each run the channels of a variant begin and end, of which a part starts and ends there. Those that another
// operation has cut off lie before or after the run.
fn own_channels(work: Work, part_start: u32, part_end: u32) -> vec2<u32> {
  let first = i32(params.channel_start + variant_of(work.batch) * params.channel_step);
  let ends = vec2(first + i32(part_start), first + i32(min(part_end, params.run_length)));
  return vec2<u32>(clamp(ends, vec2(0), vec2(i32(params.run_period))));
}

// What a thread does: some filters of some rows, and of their sums all or a part.
struct Share {
  filter_tile: u32,
  work: Work,
  is_any: bool,
  part_batches: u32, // of y, before those of the part
  first_run: u32,
  end_run: u32,
  own: vec2<u32>, // of each run, as of `own_channels`
  bias: mat2x4<f32>,
  x_batch: u32, // whose x the first row reads; variants follow
  off_start: u32, // of its input in x_off, where that has one value a channel
}

fn share_of(thread: u32, window_cells: u32) -> Share {
  var share: Share;
  let filter_tiles = filter_tiles();
  share.filter_tile = thread % filter_tiles;
  var number = thread / filter_tiles;
  var part = 0u;
  if (IN_PARTS) {
    part = number / params.works;
    number %= params.works;
  }
  share.work = work_of(number, window_cells);
  share.is_any = is_work(share.work) && part < params.parts;
  share.part_batches = part * epilogue.inputs * epilogue.variants;
  share.end_run = params.runs;
  var part_start = 0u;
  var part_end = params.run_length;
  if (IN_PARTS) {
    if (params.part_runs < params.runs) {
      share.first_run = part * params.part_runs;
      share.end_run = min(share.first_run + params.part_runs, params.runs);
    } else {
      part_start = part * params.part_channels;
      part_end = min(part_start + params.part_channels, params.run_length);
    }
  }
  share.own = own_channels(share.work, part_start, part_end);
  if (params.has_bias != 0u) {
    share.bias = eight_behind((params.weight_end - params.weight_start) * filter_tiles, share.filter_tile);
  }
  let input = share.work.batch / epilogue.variants;
  share.x_batch = select(input, share.work.batch, params.x_has_variants != 0u);
  share.off_start = input * params.off_step;
  return share;
}

// Elements of x of a batch.
fn x_plane() -> u32 {
  return u32(params.x_height * params.x_width) * params.x_channels;
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
