// Runs of channels of whole fours in x that are no contributions: four channels a turn, each row's in one load of 128 bits. Behind a
// ReLU a channel is 0 in all rows of a tile more often than not: its products are left out. Neighbouring threads have other filters
// of the same rows, so that they leave out the same; weights are read all the same, since waiting for what to read takes longer.

@group(0) @binding(7) var<storage, read> x: array<vec4<f32>>;

fn load_channels(at: u32, kept: u32, channel: u32) -> vec4<f32> {
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(x[(at + channel) / 4u]) & vec4(kept));
}

// What four rows have of four channels.
fn load_quad(tap: Tap, channel: u32) -> mat4x4<f32> {
  return mat4x4(
    load_channels(tap.at.x, tap.kept.x, channel),
    load_channels(tap.at.y, tap.kept.y, channel),
    load_channels(tap.at.z, tap.kept.z, channel),
    load_channels(tap.at.w, tap.kept.w, channel),
  );
}

// A channel of the first four rows and of the others, where any of them is not 0; what is no number is none.
fn add_channel(sums: ptr<function, Sums>, upper: vec4<f32>, lower: vec4<f32>, w: mat2x4<f32>) {
  if (all((upper == vec4(0.0)) & (lower == vec4(0.0)))) {
    return;
  }
  (*sums).row0 += upper.x * w;
  (*sums).row1 += upper.y * w;
  (*sums).row2 += upper.z * w;
  (*sums).row3 += upper.w * w;
  (*sums).row4 += lower.x * w;
  (*sums).row5 += lower.y * w;
  (*sums).row6 += lower.z * w;
  (*sums).row7 += lower.w * w;
}

fn add_run(sums: ptr<function, Sums>, taps: Taps, first: u32, end: u32, weights_at: u32, stride: u32) {
  var at = weights_at;
  for (var c = first; c < end; c += 4u) {
    let w0 = filters_at(at);
    let w1 = filters_at(at + stride);
    let w2 = filters_at(at + 2u * stride);
    let w3 = filters_at(at + 3u * stride);
    if (IS_SINGLE) {
      let v = load_channels(taps.upper.at.x, taps.upper.kept.x, c);
      (*sums).row0 = (*sums).row0 + v.x * w0 + v.y * w1 + v.z * w2 + v.w * w3;
    } else {
      let upper = transpose(load_quad(taps.upper, c));
      let lower = transpose(load_quad(taps.lower, c));
      add_channel(sums, upper[0], lower[0], w0);
      add_channel(sums, upper[1], lower[1], w1);
      add_channel(sums, upper[2], lower[2], w2);
      add_channel(sums, upper[3], lower[3], w3);
    }
    at += 4u * stride;
  }
}
