// The result as in `stores.wgsl`, of whole fours of channels: they are stored at once, in 128 bits.

@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

fn stored_at(at: vec4<u32>) -> vec4<f32> {
  return y[at.x / 4u];
}

fn store_channels(at: u32, left: u32, value: vec4<f32>) {
  y[at / 4u] = value;
}
