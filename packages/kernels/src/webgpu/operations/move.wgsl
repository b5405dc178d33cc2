// Elements in another order, with zeros where the source does not reach: permute, pad, crop, repeat.
//
//   result[i0, i1, i2, i3] = x[sum over axes a of (i_a - shift_a) stride_a] where 0 <= i_a - shift_a < length_a, or 0
//
// Layouts: x [batches, x_elements]; coordinates are those of the whole result, row-major.

struct Params {
  shape: vec4<i32>, // of the whole result, ones in front
  shift: vec4<i32>,
  length: vec4<i32>,
  stride: vec4<i32>,
  x_elements: u32,
}

@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(7) var<storage, read> x: array<f32>;

fn element_at(batch: u32, position: i32, channel: i32) -> f32 {
  let outer = position / params.shape.z;
  let place = vec4(outer / params.shape.y, outer % params.shape.y, position % params.shape.z, channel) - params.shift;
  if (any(place < vec4(0)) || any(place >= params.length)) {
    return 0.0;
  }
  let at = place * params.stride;
  return x[batch * params.x_elements + u32(at.x + at.y + at.z + at.w)];
}

fn value_at(batch: u32, position: u32, channel: u32) -> vec4<f32> {
  let channels = vec4<i32>(neighbours(epilogue.first_channel + channel, epilogue.whole_channels));
  let row = i32(position);
  return vec4(
    element_at(batch, row, channels.x),
    element_at(batch, row, channels.y),
    element_at(batch, row, channels.z),
    element_at(batch, row, channels.w),
  );
}
