// The target as it is with all channels switched off: r_k at every position, given or the mean of the channel.
// A thread takes one channel of one input.
// Layouts: activation and off [inputs, positions, channels]; values [channels] or [inputs, channels].

const CHANNEL_MEAN = 2u;
const PER_INPUT = 1u;
override THREADS = 64u;

struct Params {
  inputs: u32,
  positions: u32,
  channels: u32,
  mode: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> off: array<f32>;
@group(0) @binding(2) var<storage, read> activation: array<f32>;
@group(0) @binding(3) var<storage, read> values: array<f32>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = (workgroup.y * workgroups.x + workgroup.x) * THREADS + local;
  let input = thread / params.channels;
  if (input >= params.inputs) {
    return;
  }
  let channel = thread % params.channels;
  let start = input * params.positions * params.channels + channel;
  var value = 0.0;
  if (params.mode == CHANNEL_MEAN) {
    for (var p = 0u; p < params.positions; p++) {
      value += activation[start + p * params.channels];
    }
    value /= f32(params.positions);
  } else {
    value = values[select(channel, thread, params.mode == PER_INPUT)];
  }
  for (var p = 0u; p < params.positions; p++) {
    off[start + p * params.channels] = value;
  }
}
