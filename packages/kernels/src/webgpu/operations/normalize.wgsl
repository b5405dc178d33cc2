// Softmax, its logarithm, layer and group normalisation, of a stream or of deltas. With base b, fall d, a = b - d, the largest
// element b_m, and v = d_m - d what an element gains on it, sums over the elements that are normalised together:
//
//   log-softmax:   D = log p_b - log p_a          = log(S_a / S_b) - v,   S_b = sum of exp(b - b_m), S_a of exp(b - b_m + v)
//   softmax:       p_b - p_a                      = sign(D) max(p_b, p_a) (1 - exp(-|D|))
//   layer norm:    gamma (b' / s_b - a' / s_a)    = gamma (d' / s_a + b' (1 / s_b - 1 / s_a)),   ' = less the mean
//
// S_a - S_b is summed without cancellation. S_a is scaled by its own largest term: an element may rise by more than exp() has
// room for.
//
// A thread takes one group of elements that are normalised together, of one input or variant.
// Layouts: x and y [batches, elements], both may hold a segment of the last axis only; x_base [inputs, elements];
// constants: gamma, then beta, of a group's elements or, where they are per channel, of all channels.

const SOFTMAX = 0u;
const LOG_SOFTMAX = 1u;
override THREADS = 64u;

struct Params {
  outer_shape: vec4<u32>,
  outer_stride: vec4<u32>,
  inner_shape: vec4<u32>,
  inner_stride: vec4<u32>,
  batches: u32,
  variants: u32,
  elements: u32,
  groups: u32,
  count: u32, // elements of a group
  channels: u32, // of the last axis
  segment_start: u32,
  segment_length: u32,
  is_delta: u32,
  kind: u32,
  epsilon: f32,
  has_gamma: u32,
  has_beta: u32,
  result_start: u32, // of the last axis
  result_length: u32,
  is_per_channel: u32, // gamma and beta
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> x_base: array<f32>;
@group(0) @binding(4) var<storage, read> constants: array<f32>;

fn offset_of(number: u32, shape: vec4<u32>, stride: vec4<u32>) -> u32 {
  let third = number / shape.w;
  let second = third / shape.z;
  return dot(vec4(second / shape.y, second % shape.y, third % shape.z, number % shape.w), stride);
}

// Base and fall of an element; of streams the value and 0.
fn load_element(batch: u32, element: u32) -> vec2<f32> {
  if (params.is_delta == 0u) {
    return vec2(x[batch * params.elements + element], 0.0);
  }
  let base = x_base[batch / params.variants * params.elements + element];
  let channel = element % params.channels;
  if (channel < params.segment_start || channel >= params.segment_start + params.segment_length) {
    return vec2(base, 0.0);
  }
  let row = (batch * params.elements + element) / params.channels;
  return vec2(base, x[row * params.segment_length + channel - params.segment_start]);
}

fn store_result(batch: u32, element: u32, value: f32, change: f32) {
  let row = (batch * params.elements + element) / params.channels;
  let channel = element % params.channels - params.result_start;
  y[row * params.result_length + channel] = select(value, change, params.is_delta != 0u);
}

fn normalize_exponentials(batch: u32, start: u32) {
  // b_m and d_m.
  var top = vec2(-LARGEST, 0.0);
  for (var i = 0u; i < params.count; i++) {
    let cell = load_element(batch, start + offset_of(i, params.inner_shape, params.inner_stride));
    top = select(top, cell, cell.x > top.x);
  }
  var shift = 0.0;
  if (params.is_delta != 0u) {
    for (var i = 0u; i < params.count; i++) {
      let cell = load_element(batch, start + offset_of(i, params.inner_shape, params.inner_stride));
      shift = max(shift, cell.x - top.x + (top.y - cell.y));
    }
  }
  var base_sum = 0.0;
  var ablated_sum = 0.0; // scaled by exp(-shift), as what it changes by
  var change_sum = 0.0;
  for (var i = 0u; i < params.count; i++) {
    let cell = load_element(batch, start + offset_of(i, params.inner_shape, params.inner_stride));
    let e = cell.x - top.x;
    base_sum += exp(e);
    let terms = softmax_terms(vec4(e), vec4(top.y - cell.y), shift);
    ablated_sum += terms.ablated.x;
    change_sum += terms.change.x;
  }
  // log(S_a / S_b), from what the sum changes by where that is little of it: 2 artanh(r / (2 + r)) = log(1 + r).
  var sum_change = shift + log(ablated_sum / base_sum);
  let relative = change_sum * exp(min(shift, 1.0)) / base_sum;
  if (shift < 0.5 && relative > -1.0 / 3.0 && relative < 0.5) {
    let s = relative / (2.0 + relative);
    sum_change = 2.0 * s * (1.0 + s * s * (1.0 / 3.0 + s * s * (1.0 / 5.0 + s * s * (1.0 / 7.0 + s * s / 9.0))));
  }
  for (var i = 0u; i < params.count; i++) {
    let element = start + offset_of(i, params.inner_shape, params.inner_stride);
    let cell = load_element(batch, element);
    let e = cell.x - top.x;
    let v = top.y - cell.y;
    let change = sum_change - v; // D
    if (params.kind == LOG_SOFTMAX) {
      store_result(batch, element, e - log(base_sum), change);
    } else {
      let base = exp(e) / base_sum;
      let larger = select(exp(e + v - shift) / ablated_sum, base, change > 0.0);
      store_result(batch, element, base, -exp_minus_one(-abs(change)) * larger * sign(change));
    }
  }
}

fn normalize_moments(batch: u32, start: u32) {
  let count = f32(params.count);
  var mean = vec2(0.0); // of base and fall
  for (var i = 0u; i < params.count; i++) {
    mean += load_element(batch, start + offset_of(i, params.inner_shape, params.inner_stride));
  }
  mean /= count;
  var base_variance = 0.0;
  var variance_fall = 0.0;
  var ablated_variance = 0.0;
  for (var i = 0u; i < params.count; i++) {
    let cell = load_element(batch, start + offset_of(i, params.inner_shape, params.inner_stride)) - mean;
    base_variance += cell.x * cell.x;
    ablated_variance += (cell.x - cell.y) * (cell.x - cell.y);
    variance_fall += cell.y * (2.0 * cell.x - cell.y);
  }
  let base_deviation = sqrt(base_variance / count + params.epsilon);
  let ablated_deviation = sqrt(ablated_variance / count + params.epsilon);
  // 1 / s_b - 1 / s_a = (s_a^2 - s_b^2) / (s_a s_b (s_a + s_b))
  let inverse_fall =
    -variance_fall / count / (ablated_deviation * base_deviation * (ablated_deviation + base_deviation));
  for (var i = 0u; i < params.count; i++) {
    let element = start + offset_of(i, params.inner_shape, params.inner_stride);
    let cell = load_element(batch, element) - mean;
    let weight = select(i, element % params.channels, params.is_per_channel != 0u);
    var gamma = 1.0;
    if (params.has_gamma != 0u) {
      gamma = constants[weight];
    }
    var beta = 0.0;
    if (params.has_beta != 0u) {
      beta = constants[weight + select(params.count, params.channels, params.is_per_channel != 0u)];
    }
    let change = cell.y / ablated_deviation + cell.x * inverse_fall;
    store_result(batch, element, gamma * cell.x / base_deviation + beta, gamma * change);
  }
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = (workgroup.y * workgroups.x + workgroup.x) * THREADS + local;
  let batch = thread / params.groups;
  if (batch >= params.batches) {
    return;
  }
  let start = params.result_start + offset_of(thread % params.groups, params.outer_shape, params.outer_stride);
  if (params.kind == SOFTMAX || params.kind == LOG_SOFTMAX) {
    normalize_exponentials(batch, start);
  } else {
    normalize_moments(batch, start);
  }
}
