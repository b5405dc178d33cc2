// Every channel convolved by itself with `multiplier` filters, of a stream (with bias) or of deltas:
//
//   result[b, p, c] = bias[c] + sum over taps t of x[b, p * stride + t * dilation - pad, c / multiplier] kernel[t, c]
//
// Layouts: x [batches, height, width, its channels]; constants: kernel [taps, whole channels], bias [whole channels].

struct Params {
  x_height: i32,
  x_width: i32,
  x_channels: u32,
  x_first_channel: u32, // in its whole tensor
  window_height: u32,
  window_width: u32,
  stride_y: i32,
  stride_x: i32,
  dilation_y: i32,
  dilation_x: i32,
  pad_top: i32,
  pad_left: i32,
  multiplier: u32,
  has_bias: u32,
  bias_at: u32,
}

@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(7) var<storage, read> x: array<f32>;

fn value_at(batch: u32, position: u32, channel: u32) -> vec4<f32> {
  let of_whole = neighbours(epilogue.first_channel + channel, epilogue.whole_channels);
  let source = min(of_whole / params.multiplier - params.x_first_channel, vec4(params.x_channels - 1u));
  let top = i32(position / epilogue.width) * params.stride_y - params.pad_top;
  let left = i32(position % epilogue.width) * params.stride_x - params.pad_left;
  var sum = vec4(0.0);
  if (params.has_bias != 0u) {
    sum = constants_at(of_whole + params.bias_at);
  }
  for (var tap_y = 0u; tap_y < params.window_height; tap_y++) {
    for (var tap_x = 0u; tap_x < params.window_width; tap_x++) {
      let row = top + i32(tap_y) * params.dilation_y;
      let column = left + i32(tap_x) * params.dilation_x;
      if (row >= 0 && column >= 0 && row < params.x_height && column < params.x_width) {
        let cell = (i32(batch) * params.x_height + row) * params.x_width + column;
        let at = u32(cell) * params.x_channels + source;
        let tap = tap_y * params.window_width + tap_x;
        sum += vec4(x[at.x], x[at.y], x[at.z], x[at.w]) * constants_at(of_whole + tap * epilogue.whole_channels);
      }
    }
  }
  return sum;
}
