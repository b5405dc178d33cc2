// Softmax, its logarithm and layer normalisation, of a stream or of deltas. With base b, fall d and a = b - d, means over
// the elements that are normalised together, and T = S_a - S_b summed without cancellation:
//
//   softmax:       e_b / S_b - e_a / S_a          = (e_b T - (e_a - e_b) S_b) / (S_b S_a),   S = sum of e = exp(. - max)
//   log-softmax:   b - log S_b - (a - log S_a)    = d + log(S_a / S_b)
//   layer norm:    gamma (b' / s_b - a' / s_a)    = gamma (d' / s_a + b' (1 / s_b - 1 / s_a)),   ' = less the mean
//
// A thread takes one group of elements that are normalised together, of one input or variant.
// Layouts: x and y [batches, elements], x may hold a segment of the last axis only; x_base [inputs, elements];
// constants: gamma, then beta.

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
  y[batch * params.elements + element] = select(value, change, params.is_delta != 0u);
}

fn normalize_exponentials(batch: u32, start: u32) {
  var largest = -3.4028234e38;
  for (var i = 0u; i < params.count; i++) {
    let cell = load_element(batch, start + offset_of(i, params.inner_shape, params.inner_stride));
    largest = max(largest, max(cell.x, cell.x - cell.y));
  }
  var base_sum = 0.0;
  var change_sum = 0.0; // of the ablated sum
  for (var i = 0u; i < params.count; i++) {
    let cell = load_element(batch, start + offset_of(i, params.inner_shape, params.inner_stride));
    base_sum += exp(cell.x - largest);
    change_sum += softmax_term(cell.x, -cell.y, largest);
  }
  base_sum = max(base_sum, 1e-37);
  let ablated_sum = max(base_sum + change_sum, 1e-37);
  for (var i = 0u; i < params.count; i++) {
    let element = start + offset_of(i, params.inner_shape, params.inner_stride);
    let cell = load_element(batch, element);
    if (params.kind == LOG_SOFTMAX) {
      var sum_change = log(ablated_sum) - log(base_sum);
      let relative = change_sum / base_sum;
      if (abs(relative) < 1e-3) {
        sum_change = relative * (1.0 - relative * (0.5 - relative / 3.0));
      }
      store_result(batch, element, cell.x - largest - log(base_sum), cell.y + sum_change);
    } else {
      let e = exp(cell.x - largest);
      let term = softmax_term(cell.x, -cell.y, largest);
      let change = (e / base_sum) * (change_sum / ablated_sum) - term / ablated_sum;
      store_result(batch, element, e / base_sum, change);
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
    var gamma = 1.0;
    if (params.has_gamma != 0u) {
      gamma = constants[i];
    }
    var beta = 0.0;
    if (params.has_beta != 0u) {
      beta = constants[params.count + i];
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
  let start = offset_of(thread % params.groups, params.outer_shape, params.outer_stride);
  if (params.kind == SOFTMAX || params.kind == LOG_SOFTMAX) {
    normalize_exponentials(batch, start);
  } else {
    normalize_moments(batch, start);
  }
}
