// Resampling of two position axes (`ResizeOperation` in `tail/tail.ts`): cell n of an axis reads the source at
// s = n * input / output, nearest below or linearly between floor(s) and min(ceil(s), input - 1).
//
// Layouts: x [batches, height, width, channels].

struct Params {
  x_height: u32,
  x_width: u32,
  is_bilinear: u32,
}

@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(7) var<storage, read> x: array<f32>;

fn load_cell(batch: u32, row: u32, column: u32, channel: u32) -> vec4<f32> {
  let start = ((batch * params.x_height + row) * params.x_width + column) * epilogue.channels;
  let at = neighbours(start + channel, start + epilogue.channels);
  return vec4(x[at.x], x[at.y], x[at.z], x[at.w]);
}

fn value_at(batch: u32, position: u32, channel: u32) -> vec4<f32> {
  let row = position / epilogue.width * params.x_height;
  let column = position % epilogue.width * params.x_width;
  let top = row / epilogue.height;
  let left = column / epilogue.width;
  let corner = load_cell(batch, top, left, channel);
  if (params.is_bilinear == 0u) {
    return corner;
  }
  let bottom = min((row + epilogue.height - 1u) / epilogue.height, params.x_height - 1u);
  let right = min((column + epilogue.width - 1u) / epilogue.width, params.x_width - 1u);
  let down = f32(row % epilogue.height) / f32(epilogue.height);
  let across = f32(column % epilogue.width) / f32(epilogue.width);
  let upper = mix(corner, load_cell(batch, top, right, channel), across);
  let lower = mix(load_cell(batch, bottom, left, channel), load_cell(batch, bottom, right, channel), across);
  return mix(upper, lower, down);
}
