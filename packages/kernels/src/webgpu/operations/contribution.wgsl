// What single channels contribute to a convolution whose window has at most nine cells, and its epilogue:
//
//   y[b, p, f] = sum over taps t of (x - x_off)[n, p * stride + tap t, c] W[t, c, f]
//
// with c the channel that variant b of input n owns. There are few multiplications for each result, so that what surrounds
// them counts: a thread keeps the weights of eight filters for its channel in registers and takes several pooling windows,
// whose cells follow each other; neighbouring threads take neighbouring filters and read the same x at the same time.
//
// Layouts: x and x_off [inputs, height, width, channels]; W as in convolution.wgsl.

override THREADS = 64u;
// Whether off is the same at all positions: x_off is [inputs or one for all, channels].
override OFF_IS_CONSTANT = false;

struct Params {
  x_height: u32,
  x_width: u32,
  x_channels: u32,
  stride_y: i32,
  stride_x: i32,
  channel_start: u32,
  channel_step: u32,
  taps: u32,
  windows: u32, // that a thread takes
  off_step: u32, // from one input of x_off to the next, where it has one value a channel
  unused_a: u32,
  unused_b: u32,
  // Rows and columns from the top left cell of a window's image in x to two taps each, padding taken off.
  offsets: array<vec4<i32>, 5>,
}

@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(7) var<storage, read> x: array<f32>;
@group(0) @binding(8) var<storage, read> x_off: array<f32>;

fn filter_tiles() -> u32 {
  return (epilogue.channels + 7u) / 8u;
}

// Four values of the rows after W, counted from its bias.
fn constants_at(at: vec4<u32>) -> vec4<f32> {
  let first = params.taps * params.x_channels * filter_tiles();
  var values = vec4(0.0);
  for (var i = 0u; i < 4u; i++) {
    values[i] = number_behind(first, at[i]);
  }
  return values;
}

// Past the last tap and of a channel that another operation has cut off, zeros.
fn weights_of(tap: u32, channel: u32, tile: u32) -> mat2x4<f32> {
  let is_there = (tap < params.taps) & (channel < params.x_channels);
  let row = min(tap, params.taps - 1u) * params.x_channels + min(channel, params.x_channels - 1u);
  return filters_at(row * filter_tiles() + tile) * select(0.0, 1.0, is_there);
}

// x - x_off of channel `first` at a cell `offset` away from `corner`; cells of padding are zero.
fn delta_at(first: u32, off: f32, corner: vec2<i32>, offset: vec2<i32>) -> f32 {
  // A negative place is a large one without its sign.
  let cell = vec2<u32>(corner + offset);
  let inside = (cell.x < params.x_height) & (cell.y < params.x_width);
  let at = first + select(0u, cell.x * params.x_width + cell.y, inside) * params.x_channels;
  if (OFF_IS_CONSTANT) {
    return select(0.0, x[at] - off, inside);
  }
  return select(0.0, x[at] - x_off[at], inside);
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = (workgroup.y * workgroups.x + workgroup.x) * THREADS + local;
  let tiles = filter_tiles();
  let all_windows = epilogue.pooled_height * epilogue.pooled_width;
  let chunks = (all_windows + params.windows - 1u) / params.windows;
  let tile = thread % tiles;
  let first_window = thread / tiles % chunks * params.windows;
  let batch = thread / tiles / chunks;
  if (batch >= epilogue.inputs * epilogue.variants) {
    return;
  }
  let own = params.channel_start + variant_of(batch) * params.channel_step;
  let input = batch / epilogue.variants;
  let owned = min(own, params.x_channels - 1u);
  let first = input * params.x_height * params.x_width * params.x_channels + owned;
  var off = 0.0;
  if (OFF_IS_CONSTANT) {
    off = x_off[input * params.off_step + owned];
  }
  let channel = tile * 8u;
  let has_second = channel + 4u < epilogue.channels;
  let w0 = weights_of(0u, own, tile);
  let w1 = weights_of(1u, own, tile);
  let w2 = weights_of(2u, own, tile);
  let w3 = weights_of(3u, own, tile);
  let w4 = weights_of(4u, own, tile);
  let w5 = weights_of(5u, own, tile);
  let w6 = weights_of(6u, own, tile);
  let w7 = weights_of(7u, own, tile);
  let w8 = weights_of(8u, own, tile);
  let o01 = params.offsets[0];
  let o23 = params.offsets[1];
  let o45 = params.offsets[2];
  let o67 = params.offsets[3];
  let o8 = params.offsets[4].xy;
  let cells = epilogue.pool_height * epilogue.pool_width;
  let extras_a = extras_of(channel);
  let extras_b = extras_of(channel + 4u);

  // Of the first four filters, and of the others.
  var reduced_a = empty_pool(epilogue.reduction);
  var reduced_b = reduced_a;
  for (var window = first_window; window < min(first_window + params.windows, all_windows); window++) {
    let top = i32(window / epilogue.pooled_width) * epilogue.pool_stride_y - epilogue.pool_top;
    let left = i32(window % epilogue.pooled_width) * epilogue.pool_stride_x - epilogue.pool_left;
    var pooled_a = empty_pool(epilogue.pool);
    var pooled_b = pooled_a;
    // One loop without a branch: a CPU that plays the GPU pays for each nesting with all the values that live across it.
    for (var cell = 0u; cell < cells; cell++) {
      let row = top + i32(cell / epilogue.pool_width);
      let column = left + i32(cell % epilogue.pool_width);
      let corner = vec2(row * params.stride_y, column * params.stride_x);
      let sum = delta_at(first, off, corner, o01.xy) * w0 + delta_at(first, off, corner, o01.zw) * w1
        + delta_at(first, off, corner, o23.xy) * w2 + delta_at(first, off, corner, o23.zw) * w3
        + delta_at(first, off, corner, o45.xy) * w4 + delta_at(first, off, corner, o45.zw) * w5
        + delta_at(first, off, corner, o67.xy) * w6 + delta_at(first, off, corner, o67.zw) * w7
        + delta_at(first, off, corner, o8) * w8;
      // Windows may hang over the edge.
      let is_inside = (u32(row) < epilogue.height) & (u32(column) < epilogue.width);
      let position = select(0u, u32(row) * epilogue.width + u32(column), is_inside);
      let a = finish(batch, position, channel, sum[0], extras_a);
      let b = finish(batch, position, channel + 4u, sum[1], extras_b);
      if (POOLS) {
        pooled_a = pool_cell_where(is_inside, pooled_a, epilogue.pool, a);
        pooled_b = pool_cell_where(is_inside, pooled_b, epilogue.pool, b);
      } else {
        store(batch, position, channel, a);
        if (has_second) {
          store(batch, position, channel + 4u, b);
        }
      }
    }
    if (POOLS) {
      let a = pooled_cell(pooled_a, epilogue.pool);
      let b = pooled_cell(pooled_b, epilogue.pool);
      reduced_a = pool_cell(reduced_a, epilogue.reduction, a);
      reduced_b = pool_cell(reduced_b, epilogue.reduction, b);
      if (epilogue.is_reduced == 0u) {
        store(batch, window, channel, a);
        if (has_second) {
          store(batch, window, channel + 4u, b);
        }
      }
    }
  }
  if (POOLS && epilogue.is_reduced != 0u) {
    let block = first_window / params.windows;
    store_reduced(batch, block, channel, reduced_a);
    if (has_second) {
      store_reduced(batch, block, channel + 4u, reduced_b);
    }
  }
}
