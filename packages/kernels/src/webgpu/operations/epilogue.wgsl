// What happens to the result of an operation before it is stored (`Epilogue` in `plan/steps.ts`): scale and shift, a
// tensor added, an activation, pooling, pooling of everything. Streams (base, off) carry values; for deltas an
// activation is f(base) - f(base - delta) and a maximum is max(base) - max(base - delta).
//
// Four neighbouring channels are taken together. Whoever uses this defines
//   fn addend_at(batch: u32, position: u32, channel: u32) -> vec4<f32>
//   fn constants_at(at: vec4<u32>) -> vec4<f32>      scales and shifts
// and y, by `stores.wgsl` or `wide/stores-vectors.wgsl`.

// What a result needs: software adapters execute both sides of an `if` they cannot decide when compiling.
override HAS_EXTRAS = true; // scale, shift, addend
override HAS_ADDEND = true;
override ACTIVATION = 3u; // 0 none, 1 ReLU, 2 none, ReLU or ReLU6 as parameters say, 3 any
override POOLS = true;
// Whether what is pooled over all positions is left in blocks of windows, for `reduce-blocks.wgsl`.
override IN_BLOCKS = false;

struct Epilogue {
  inputs: u32,
  variants: u32, // in this chunk
  first_variant: u32,
  is_delta: u32,
  height: u32, // of the result, before pooling
  width: u32,
  channels: u32, // of the result
  first_channel: u32, // where they begin in the whole tensor
  whole_channels: u32,
  has_scale: u32,
  scale_at: u32, // in the constants, one for each channel of the whole tensor
  has_shift: u32,
  shift_at: u32,
  has_base: u32,
  activation: u32,
  alpha: f32,
  clip_low: f32, // where `ACTIVATION` is 2
  clip_high: f32,
  pool: u32,
  pool_height: u32,
  pool_width: u32,
  pool_stride_y: i32,
  pool_stride_x: i32,
  pool_top: i32,
  pool_left: i32,
  pooled_height: u32,
  pooled_width: u32,
  is_reduced: u32, // everything is pooled to one position, by `reduction`
  reduction: u32,
  addend: u32,
  addend_start: u32,
  addend_channels: u32,
  owner_trailing: u32,
  owner_length: u32,
  owner_offset: u32,
  owner_multiplier: u32,
  blocks: u32, // of windows that are reduced apart
  block_windows: u32,
}

@group(0) @binding(0) var<uniform> epilogue: Epilogue;
// [inputs, positions, whole channels], before the activation
@group(0) @binding(3) var<storage, read> result_base: array<f32>;

fn variant_of(batch: u32) -> u32 {
  return epilogue.first_variant + batch % epilogue.variants;
}

// Four neighbours of a row: the places past its end repeat the last one.
fn neighbours(first: u32, row_end: u32) -> vec4<u32> {
  return min(vec4(first) + vec4(0u, 1u, 2u, 3u), vec4(row_end - 1u));
}

// Scale and shift of four channels: the same at all positions, so that they are read once.
struct Extras {
  scale: vec4<f32>,
  shift: vec4<f32>,
}

fn extras_of(channel: u32) -> Extras {
  var extras = Extras(vec4(1.0), vec4(0.0));
  if (HAS_EXTRAS) {
    let of_whole = neighbours(epilogue.first_channel + channel, epilogue.whole_channels);
    if (epilogue.has_scale != 0u) {
      extras.scale = constants_at(of_whole + epilogue.scale_at);
    }
    if (epilogue.has_shift != 0u) {
      extras.shift = constants_at(of_whole + epilogue.shift_at);
    }
  }
  return extras;
}

fn clip(x: vec4<f32>) -> vec4<f32> {
  return clamp(x, vec4(epilogue.clip_low), vec4(epilogue.clip_high));
}

// clip(b) - clip(b - d), exactly d where nothing is clipped.
fn clipped_changes(b: vec4<f32>, d: vec4<f32>) -> vec4<f32> {
  let a = b - d;
  let is_inside = (min(a, b) >= vec4(epilogue.clip_low)) & (max(a, b) <= vec4(epilogue.clip_high));
  return select(clip(b) - clip(a), d, is_inside);
}

fn finish(batch: u32, position: u32, channel: u32, value: vec4<f32>, extras: Extras) -> Cell {
  var result = value;
  if (HAS_EXTRAS) {
    result = result * extras.scale + extras.shift;
    if (HAS_ADDEND && epilogue.addend != 0u) {
      result += addend_at(batch, position, channel);
    }
  }
  let is_stream = epilogue.is_delta == 0u;
  var base = select(vec4(0.0), result, is_stream);
  let delta = select(result, vec4(0.0), is_stream);
  if (ACTIVATION == 0u && !POOLS) {
    return Cell(base, delta);
  }
  if (!is_stream && epilogue.has_base != 0u) {
    let input = batch / epilogue.variants;
    let of_whole = neighbours(epilogue.first_channel + channel, epilogue.whole_channels);
    let at = of_whole + (input * epilogue.height * epilogue.width + position) * epilogue.whole_channels;
    base = vec4(result_base[at.x], result_base[at.y], result_base[at.z], result_base[at.w]);
  }
  if (ACTIVATION == 0u) {
    return Cell(base, delta);
  }
  if (ACTIVATION == 1u) {
    return Cell(max(base, vec4(0.0)), relu_changes(base, delta));
  }
  if (ACTIVATION == 2u) {
    return Cell(clip(base), clipped_changes(base, delta));
  }
  let changes = activation_changes(epilogue.activation, epilogue.alpha, base, delta);
  return Cell(changes.value, changes.fall);
}

// Position of a cell of the pooling window at `pooled_position`, or -1 where it hangs over the edge.
fn position_of(pooled_position: u32, cell: u32) -> i32 {
  let row = i32(pooled_position / epilogue.pooled_width) * epilogue.pool_stride_y - epilogue.pool_top
    + i32(cell / epilogue.pool_width);
  let column = i32(pooled_position % epilogue.pooled_width) * epilogue.pool_stride_x - epilogue.pool_left
    + i32(cell % epilogue.pool_width);
  if (row < 0 || column < 0 || row >= i32(epilogue.height) || column >= i32(epilogue.width)) {
    return -1;
  }
  return row * i32(epilogue.width) + column;
}

// Positions that are stored.
fn stored_positions() -> u32 {
  return select(epilogue.pooled_height * epilogue.pooled_width, 1u, epilogue.is_reduced != 0u);
}

fn store(batch: u32, position: u32, channel: u32, cell: Cell) {
  let value = select(cell.base, cell.delta, epilogue.is_delta != 0u);
  let at = (batch * stored_positions() + position) * epilogue.channels + channel;
  store_channels(at, epilogue.channels - channel, value);
}

// Stores what the windows of a block gave.
fn store_block(batch: u32, block: u32, channel: u32, reduced: Pooled) {
  let at = (batch * epilogue.blocks + block) * 3u * epilogue.channels + channel;
  let left = epilogue.channels - channel;
  store_channels(at, left, reduced.base);
  store_channels(at + epilogue.channels, left, reduced.ablated_base);
  store_channels(at + 2u * epilogue.channels, left, reduced.delta);
}

// Stores what all windows gave, or those of a block.
fn store_reduced(batch: u32, block: u32, channel: u32, reduced: Pooled) {
  if (IN_BLOCKS) {
    store_block(batch, block, channel, reduced);
  } else {
    store(batch, 0u, channel, pooled_cell(reduced, epilogue.reduction));
  }
}
