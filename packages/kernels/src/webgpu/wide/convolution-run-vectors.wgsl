// Runs of channels of whole fours in x that are no contributions: four channels a turn, each row's in one load of 128 bits.

@group(0) @binding(7) var<storage, read> x: array<vec4<f32>>;

fn load_channels(at: u32, kept: u32, channel: u32) -> vec4<f32> {
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(x[(at + channel) / 4u]) & vec4(kept));
}

fn with_channels(sum: mat2x4<f32>, v: vec4<f32>, w: array<mat2x4<f32>, 4>) -> mat2x4<f32> {
  return sum + v.x * w[0] + v.y * w[1] + v.z * w[2] + v.w * w[3];
}

fn add_run(sums: ptr<function, Sums>, taps: Taps, first: u32, end: u32, weights_at: u32, stride: u32) {
  let upper = taps.upper;
  let lower = taps.lower;
  var at = weights_at;
  for (var c = first; c < end; c += 4u) {
    let w = array(weights[at], weights[at + stride], weights[at + 2u * stride], weights[at + 3u * stride]);
    (*sums).row0 = with_channels((*sums).row0, load_channels(upper.at.x, upper.kept.x, c), w);
    if (!IS_SINGLE) {
      (*sums).row1 = with_channels((*sums).row1, load_channels(upper.at.y, upper.kept.y, c), w);
      (*sums).row2 = with_channels((*sums).row2, load_channels(upper.at.z, upper.kept.z, c), w);
      (*sums).row3 = with_channels((*sums).row3, load_channels(upper.at.w, upper.kept.w, c), w);
      (*sums).row4 = with_channels((*sums).row4, load_channels(lower.at.x, lower.kept.x, c), w);
      (*sums).row5 = with_channels((*sums).row5, load_channels(lower.at.y, lower.kept.y, c), w);
      (*sums).row6 = with_channels((*sums).row6, load_channels(lower.at.z, lower.kept.z, c), w);
      (*sums).row7 = with_channels((*sums).row7, load_channels(lower.at.w, lower.kept.w, c), w);
    }
    at += 4u * stride;
  }
}
