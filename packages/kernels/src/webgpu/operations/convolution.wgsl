// Convolution (a matrix product where the window is 1x1) of streams, of deltas and of what channels contribute:
//
//   sum[b, p, f] = bias[f] + sum over taps t and channels c of x[b, p * stride + t * dilation - pad, c] W[t, c, f]
//
// and its epilogue. The contribution of variant k is the same sum over the channels that k owns, of x = base - off,
// which all variants share: c = start + k * step + a * period + j for a < runs and j < run_length.
//
// Thread mapping: a thread holds a tile of 8 rows x 8 filters in registers and reads x and W straight from memory, so
// there is no barrier and no workgroup memory: on a CPU that plays the GPU both cost more than they save. Rows are
// neighbouring variants at one position, or positions of one variant, where the cells of a pooling window follow each
// other; neighbouring threads take neighbouring filters of the same rows. Where all rows of a tile read zeros the
// weights are not touched: past a ReLU most deltas are zero.
//
// Layouts: x [inputs (, variants), height, width, channels]; W [taps, channels, tiles of 8 filters], or some of its
// rows, and two more rows, bias and scale; partial as y without pooling.

const ROWS = 8u;
const FILTERS = 8u;
override THREADS = 16u;

const PARTIAL_IS_BUFFER = 1u;
const PARTIAL_IS_Y = 2u; // sums of other rows of W

struct Params {
  x_has_variants: u32,
  has_off: u32, // x is base - off
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
    return Work(number, 0u, 0u, windows * window_cells);
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

// Four rows: where their part of x starts, and the top left cell of their window. Rows past the end, and cells that hang
// over the edge, lie far outside.
struct Quad {
  start: vec4<u32>,
  top: vec4<i32>,
  left: vec4<i32>,
}

fn quad_of(work: Work, first: u32, window_cells: u32) -> Quad {
  let plane = u32(params.x_height * params.x_width) * params.x_channels;
  var quad = Quad(vec4(0u), vec4(-0x10000000), vec4(0));
  for (var r = 0u; r < min(4u, work.end - min(first, work.end)); r++) {
    var batch = work.batch;
    var position = i32(work.position);
    if (params.rows_are_variants != 0u) {
      batch += first + r;
    } else {
      position = position_of((first + r) / window_cells, (first + r) % window_cells);
    }
    if (params.x_has_variants == 0u) {
      batch /= epilogue.variants;
    }
    if (position >= 0) {
      quad.start[r] = batch * plane;
      quad.top[r] = position / i32(epilogue.width) * params.stride_y - params.pad_top;
      quad.left[r] = position % i32(epilogue.width) * params.stride_x - params.pad_left;
    }
  }
  return quad;
}

// Where four rows find a tap in x, channel 0; cells of padding are zero.
struct Tap {
  at: vec4<u32>,
  inside: vec4<bool>,
}

fn tap_of(quad: Quad, tap_y: u32, tap_x: u32) -> Tap {
  let row = quad.top + vec4(i32(tap_y) * params.dilation_y);
  let column = quad.left + vec4(i32(tap_x) * params.dilation_x);
  let inside =
    (row >= vec4(0)) & (row < vec4(params.x_height)) & (column >= vec4(0)) & (column < vec4(params.x_width));
  let at = quad.start + vec4<u32>(row * params.x_width + column) * params.x_channels;
  return Tap(select(vec4(0u), at, inside), inside);
}

fn load_rows(tap: Tap, channel: u32) -> vec4<f32> {
  let at = tap.at + channel;
  var values = vec4(x[at.x], x[at.y], x[at.z], x[at.w]);
  if (params.has_off != 0u) {
    values -= vec4(x_off[at.x], x_off[at.y], x_off[at.z], x_off[at.w]);
  }
  return select(vec4(0.0), values, tap.inside);
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
  let work = work_of(thread / filter_tiles, window_cells);
  if (!is_work(work)) {
    return;
  }
  let first_channel = params.channel_start + variant_of(work.batch) * params.channel_step;
  var bias = mat2x4<f32>();
  if (params.has_bias != 0u) {
    bias = weights[(params.weight_end - params.weight_start) * filter_tiles + filter_tile];
  }
  var pooled = array(empty_pool(epilogue.pool), empty_pool(epilogue.pool));
  var reduced = array(empty_pool(epilogue.reduction), empty_pool(epilogue.reduction));

  for (var first_row = work.first; first_row < work.end; first_row += ROWS) {
    let upper = quad_of(work, first_row, window_cells);
    let lower = quad_of(work, first_row + 4u, window_cells);
    var sums = array(bias, bias, bias, bias, bias, bias, bias, bias);
    for (var tap_y = 0u; tap_y < params.window_height; tap_y++) {
      for (var tap_x = 0u; tap_x < params.window_width; tap_x++) {
        let upper_tap = tap_of(upper, tap_y, tap_x);
        let lower_tap = tap_of(lower, tap_y, tap_x);
        if (!any(upper_tap.inside) && !any(lower_tap.inside)) {
          continue;
        }
        let tap = tap_y * params.window_width + tap_x;
        let weight_row = tap * params.weight_channels + params.first_weight_channel;
        for (var run = 0u; run < params.runs; run++) {
          // Channels of this run whose weights are here.
          let begin = first_channel + run * params.run_period;
          let first = max(weight_row + begin, params.weight_start) - weight_row;
          let end = min(weight_row + begin + params.run_length, params.weight_end) - min(weight_row, params.weight_end);
          var weight_at = (weight_row + first - params.weight_start) * filter_tiles + filter_tile;
          for (var c = first; c < end; c++) {
            let a = load_rows(upper_tap, c);
            let b = load_rows(lower_tap, c);
            if (any(a != vec4(0.0)) || any(b != vec4(0.0))) {
              let w = weights[weight_at];
              sums[0] += a.x * w;
              sums[1] += a.y * w;
              sums[2] += a.z * w;
              sums[3] += a.w * w;
              sums[4] += b.x * w;
              sums[5] += b.y * w;
              sums[6] += b.z * w;
              sums[7] += b.w * w;
            }
            weight_at += filter_tiles;
          }
        }
      }
    }

    for (var half = 0u; half < 2u; half++) {
      let channel = filter_tile * FILTERS + half * 4u;
      if (channel >= epilogue.channels) {
        continue;
      }
      for (var row = first_row; row < min(first_row + ROWS, work.end); row++) {
        let sum = sums[row - first_row][half];
        var batch = work.batch;
        var position = i32(work.position);
        if (params.rows_are_variants != 0u) {
          batch += row;
        } else {
          position = position_of(row / window_cells, row % window_cells);
        }
        if (position >= 0) {
          let whole = sum + partial_at(batch, u32(position), channel);
          pooled[half] = pool_cell(pooled[half], epilogue.pool, finish(batch, u32(position), channel, whole));
        }
        if (row % window_cells == window_cells - 1u) {
          let window = pooled_cell(pooled[half], epilogue.pool);
          pooled[half] = empty_pool(epilogue.pool);
          if (epilogue.is_reduced == 0u) {
            store(batch, select(row / window_cells, work.position, params.rows_are_variants != 0u), channel, window);
          } else {
            reduced[half] = pool_cell(reduced[half], epilogue.reduction, window);
          }
        }
      }
    }
  }
  if (epilogue.is_reduced != 0u) {
    for (var half = 0u; half < 2u; half++) {
      let channel = filter_tile * FILTERS + half * 4u;
      if (channel < epilogue.channels) {
        store(work.batch, 0u, channel, pooled_cell(reduced[half], epilogue.reduction));
      }
    }
  }
}
