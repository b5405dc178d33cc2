// Writes one tensor - a stream's values, or the deltas of an operand with any label - to its place in a concatenation:
//
//   y[batch, (o * length_of_all + start + a) * inner + i] = x[batch, (o * length + a) * inner + i]
//
// A thread takes one element of the tensor.
// Layouts: base [inputs, elements]; other: off likewise, or deltas [batches, rows, segment of the last axis].

const SAME = 0u;
const ONE_CHANNEL = 1u;
override THREADS = 64u;

struct Params {
  batches: u32,
  variants: u32,
  first_variant: u32,
  is_delta: u32,
  label: u32,
  elements: u32,
  channels: u32, // of the tensor's last axis
  segment_start: u32,
  segment_length: u32,
  owner_trailing: u32,
  owner_length: u32,
  owner_offset: u32,
  owner_multiplier: u32,
  y_elements: u32,
  start: u32,
  length: u32,
  length_of_all: u32,
  inner: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read> base: array<f32>;
@group(0) @binding(3) var<storage, read> other: array<f32>;

fn value_of(batch: u32, element: u32) -> f32 {
  let base_at = batch / params.variants * params.elements + element;
  if (params.is_delta == 0u) {
    return base[base_at];
  }
  if (params.label == SAME) {
    return 0.0;
  }
  if (params.label == ONE_CHANNEL) {
    let cell = element / params.owner_trailing % params.owner_length;
    let first = params.owner_offset + (params.first_variant + batch % params.variants) * params.owner_multiplier;
    // What lies before the first cell, which may be negative, is far behind the last one without a sign.
    if (cell - first >= params.owner_multiplier) {
      return 0.0;
    }
    return base[base_at] - other[base_at];
  }
  let channel = element % params.channels;
  if (channel < params.segment_start || channel >= params.segment_start + params.segment_length) {
    return 0.0;
  }
  let row = (batch * params.elements + element) / params.channels;
  return other[row * params.segment_length + channel - params.segment_start];
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = (workgroup.y * workgroups.x + workgroup.x) * THREADS + local;
  let batch = thread / params.elements;
  if (batch >= params.batches) {
    return;
  }
  let element = thread % params.elements;
  let outer = element / (params.length * params.inner);
  let along = element / params.inner % params.length;
  let place = (outer * params.length_of_all + params.start + along) * params.inner + element % params.inner;
  y[batch * params.y_elements + place] = value_of(batch, element);
}
