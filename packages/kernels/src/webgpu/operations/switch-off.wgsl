// The target as it is with all channels switched off: r_k at every position, given or the mean of the channel, or r_k once. A thread
// takes one channel at several positions, neighbouring threads neighbouring channels.
// Layouts: off [inputs, filled positions, channels]; values [channels], [inputs, channels] or, for means, what they are sums of
// [inputs, parts, channels].

const CHANNEL_MEAN = 2u;
const PER_INPUT = 1u;
override THREADS = 64u;

struct Params {
  inputs: u32,
  positions: u32,
  channels: u32,
  mode: u32,
  parts: u32,
  together: u32, // positions that a thread takes
  filled: u32, // positions of off: all, or one
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> off: array<f32>;
@group(0) @binding(2) var<storage, read> values: array<f32>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = (workgroup.y * workgroups.x + workgroup.x) * THREADS + local;
  let blocks = (params.filled + params.together - 1u) / params.together;
  let channel = thread % params.channels;
  let first = thread / params.channels % blocks * params.together;
  let input = thread / params.channels / blocks;
  if (input >= params.inputs) {
    return;
  }
  var value = 0.0;
  if (params.mode == CHANNEL_MEAN) {
    for (var part = 0u; part < params.parts; part++) {
      value += values[(input * params.parts + part) * params.channels + channel];
    }
    value /= f32(params.positions);
  } else {
    value = values[select(0u, input * params.channels, params.mode == PER_INPUT) + channel];
  }
  let start = input * params.filled * params.channels + channel;
  for (var p = first; p < min(first + params.together, params.filled); p++) {
    off[start + p * params.channels] = value;
  }
}
