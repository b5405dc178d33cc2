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

fn element_at(row: i32, channel: i32) -> f32 {
  if (channel < 0 || channel >= params.length.w) {
    return 0.0;
  }
  return x[u32(row + channel * params.stride.w)];
}

// The row is found once for all neighbours: a division is dear where it is compiled to many instructions.
fn value_at(batch: u32, position: u32, channel: u32) -> vec4<f32> {
  let shape = vec3<u32>(params.shape.xyz);
  let outer = position / shape.z;
  let place = vec3<i32>(vec3(outer / shape.y, outer % shape.y, position % shape.z)) - params.shift.xyz;
  if (any(place < vec3(0)) || any(place >= params.length.xyz)) {
    return vec4(0.0);
  }
  let at = place * params.stride.xyz;
  let row = i32(batch * params.x_elements) + at.x + at.y + at.z;
  let channels = vec4<i32>(neighbours(epilogue.first_channel + channel, epilogue.whole_channels)) - params.shift.w;
  return vec4(
    element_at(row, channels.x),
    element_at(row, channels.y),
    element_at(row, channels.z),
    element_at(row, channels.w),
  );
}
