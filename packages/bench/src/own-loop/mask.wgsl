// Switches a channel of the target off, and the one before it on again: the target is masked in place, so that a variant
// costs two values a position and not the whole tensor. A thread takes one position of one input.
// Layouts: masked, activation and off [inputs, positions, channels].

override THREADS = 64u;

struct Params {
  positions: u32, // of all inputs
  channels: u32,
  channel: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> masked: array<f32>;
@group(0) @binding(2) var<storage, read> activation: array<f32>;
@group(0) @binding(3) var<storage, read> off: array<f32>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let position = (workgroup.y * workgroups.x + workgroup.x) * THREADS + local;
  if (position >= params.positions) {
    return;
  }
  let before = position * params.channels + max(params.channel, 1u) - 1u;
  masked[before] = activation[before];
  let at = position * params.channels + params.channel;
  masked[at] = off[at];
}
