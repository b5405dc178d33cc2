// Pooling of a stream, or of deltas: the mean of the deltas, or max(base) - max(base - delta). Padding never counts.
// Global pooling is a window that is the whole plane.
//
// Layouts: x [batches, height, width, channels]; x_base [inputs, height, width, whole channels], read for the maximum of
// deltas only.

struct Params {
  x_height: i32,
  x_width: i32,
  window_height: u32,
  window_width: u32,
  stride_y: i32,
  stride_x: i32,
  pad_top: i32,
  pad_left: i32,
  reduction: u32,
}

@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(7) var<storage, read> x: array<f32>;
@group(0) @binding(8) var<storage, read> x_base: array<f32>;

fn value_at(batch: u32, position: u32, channel: u32) -> vec4<f32> {
  let input = i32(batch / epilogue.variants);
  let own = neighbours(channel, epilogue.channels);
  let of_whole = own + epilogue.first_channel;
  let top = i32(position / epilogue.width) * params.stride_y - params.pad_top;
  let left = i32(position % epilogue.width) * params.stride_x - params.pad_left;
  let row_end = min(params.x_height, top + i32(params.window_height));
  let column_end = min(params.x_width, left + i32(params.window_width));
  let reads_base = epilogue.is_delta != 0u && params.reduction == POOL_MAX;
  var pooled = empty_pool(params.reduction);
  for (var row = max(0, top); row < row_end; row++) {
    for (var column = max(0, left); column < column_end; column++) {
      let cell = row * params.x_width + column;
      let at = u32(i32(batch) * params.x_height * params.x_width + cell) * epilogue.channels + own;
      let value = vec4(x[at.x], x[at.y], x[at.z], x[at.w]);
      if (epilogue.is_delta == 0u) {
        pooled = pool_cell(pooled, params.reduction, Cell(value, vec4(0.0)));
      } else if (reads_base) {
        let base_at = u32(input * params.x_height * params.x_width + cell) * epilogue.whole_channels + of_whole;
        let base = vec4(x_base[base_at.x], x_base[base_at.y], x_base[base_at.z], x_base[base_at.w]);
        pooled = pool_cell(pooled, params.reduction, Cell(base, value));
      } else {
        pooled = pool_cell(pooled, params.reduction, Cell(vec4(0.0), value));
      }
    }
  }
  let cell = pooled_cell(pooled, params.reduction);
  return select(cell.base, cell.delta, epilogue.is_delta != 0u);
}
