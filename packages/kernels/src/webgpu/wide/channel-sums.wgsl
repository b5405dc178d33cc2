// Sums of each channel over parts of its positions: of the values, of their sizes or of their squares. A thread takes one
// channel of one part, neighbouring threads neighbouring channels.
// Layouts: activation [inputs, positions, channels]; sums [inputs, parts, channels].

const SIZES = 1u;
const SQUARES = 2u;
override THREADS = 64u;

struct Params {
  inputs: u32,
  positions: u32,
  channels: u32,
  parts: u32,
  part_positions: u32,
  terms: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<storage, read> activation: array<f32>;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = (workgroup.y * workgroups.x + workgroup.x) * THREADS + local;
  let channel = thread % params.channels;
  let part = thread / params.channels % params.parts;
  let input = thread / params.channels / params.parts;
  if (input >= params.inputs) {
    return;
  }
  let start = input * params.positions * params.channels + channel;
  let end = min((part + 1u) * params.part_positions, params.positions);
  var sum = 0.0;
  for (var p = part * params.part_positions; p < end; p++) {
    let value = activation[start + p * params.channels];
    sum += select(select(value, abs(value), params.terms == SIZES), value * value, params.terms == SQUARES);
  }
  sums[thread] = sum;
}
