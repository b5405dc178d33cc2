// Channels of `convolution.wgsl` one at a time, wherever they lie in x.

@group(0) @binding(7) var<storage, read> x: array<f32>;
@group(0) @binding(8) var<storage, read> x_off: array<f32>;

fn load_rows(tap: Tap, channel: u32) -> vec4<f32> {
  let at = tap.at + channel;
  var values = vec4(x[at.x], x[at.y], x[at.z], x[at.w]);
  if (CONTRIBUTES) {
    values -= vec4(x_off[at.x], x_off[at.y], x_off[at.z], x_off[at.w]);
  }
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(values) & tap.kept);
}

// The first of them.
fn load_row(tap: Tap, channel: u32) -> f32 {
  let at = tap.at.x + channel;
  var value = x[at];
  if (CONTRIBUTES) {
    value -= x_off[at];
  }
  return bitcast<f32>(bitcast<u32>(value) & tap.kept.x);
}

// There is no test for zeros: the sums would have to be kept on both of its ways, which costs a CPU more than it saves.
fn add_rows(sums: ptr<function, Sums>, taps: Taps, channel: u32, w: mat2x4<f32>) {
  let a = load_rows(taps.upper, channel);
  let b = load_rows(taps.lower, channel);
  (*sums).row0 += a.x * w;
  (*sums).row1 += a.y * w;
  (*sums).row2 += a.z * w;
  (*sums).row3 += a.w * w;
  (*sums).row4 += b.x * w;
  (*sums).row5 += b.y * w;
  (*sums).row6 += b.z * w;
  (*sums).row7 += b.w * w;
}
