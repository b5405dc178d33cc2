// The result, [inputs, variants, pooled positions, channels], a number at a time: four channels may lie anywhere, and the last of
// a row may be fewer.

@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// What y holds of four neighbouring channels.
fn stored_at(at: vec4<u32>) -> vec4<f32> {
  return vec4(y[at.x], y[at.y], y[at.z], y[at.w]);
}

// Stores the first of four channels, or all where so many are left.
fn store_channels(at: u32, left: u32, value: vec4<f32>) {
  for (var i = 0u; i < min(4u, left); i++) {
    y[at + i] = value[i];
  }
}
