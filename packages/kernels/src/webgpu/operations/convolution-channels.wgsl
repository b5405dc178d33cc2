// Channels of `convolution.wgsl` one at a time, wherever they lie in x.

@group(0) @binding(7) var<storage, read> x: array<f32>;
@group(0) @binding(8) var<storage, read> x_off: array<f32>;

// What a channel has where it is the same at all positions.
fn constant_off(taps: Taps, channel: u32) -> f32 {
  return x_off[taps.off_start + channel % params.off_channels];
}

fn load_rows(taps: Taps, tap: Tap, channel: u32) -> vec4<f32> {
  let at = tap.at + channel;
  var values = vec4(x[at.x], x[at.y], x[at.z], x[at.w]);
  if (CONTRIBUTES) {
    if (OFF_IS_CONSTANT) {
      values -= constant_off(taps, channel);
    } else {
      values -= vec4(x_off[at.x], x_off[at.y], x_off[at.z], x_off[at.w]);
    }
  }
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(values) & tap.kept);
}

// The first row.
fn load_row(taps: Taps, channel: u32) -> f32 {
  let at = taps.upper.at.x + channel;
  var value = x[at];
  if (CONTRIBUTES) {
    if (OFF_IS_CONSTANT) {
      value -= constant_off(taps, channel);
    } else {
      value -= x_off[at];
    }
  }
  return bitcast<f32>(bitcast<u32>(value) & taps.upper.kept.x);
}

// There is no test for zeros: the sums would have to be kept on both of its ways, which costs a CPU more than it saves.
fn add_rows(sums: ptr<function, Sums>, taps: Taps, channel: u32, w: mat2x4<f32>) {
  let a = load_rows(taps, taps.upper, channel);
  let b = load_rows(taps, taps.lower, channel);
  (*sums).row0 += a.x * w;
  (*sums).row1 += a.y * w;
  (*sums).row2 += a.z * w;
  (*sums).row3 += a.w * w;
  (*sums).row4 += b.x * w;
  (*sums).row5 += b.y * w;
  (*sums).row6 += b.z * w;
  (*sums).row7 += b.w * w;
}
