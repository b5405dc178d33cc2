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
// A row of threads (`lanes.wgsl`), or a thread (`alone.wgsl`), takes one group of elements that are normalised together, of one
// input or variant.
// Layouts: x and y [batches, elements], both may hold a segment of the last axis only; x_base [inputs, elements];
// constants: gamma, then beta, of a group's elements or, where they are per channel, of all channels.

const SOFTMAX = 0u;
const LOG_SOFTMAX = 1u;

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
  lanes: u32,
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

fn normalize_exponentials(batch: u32, start: u32, local: u32, stores: bool) {
  let lanes = params.lanes;
  let lane = local % lanes;
  // b_m and d_m.
  var top = vec2(-LARGEST, 0.0);
  for (var i = lane; i < params.count; i += lanes) {
    let cell = load_element(batch, start + offset_of(i, params.inner_shape, params.inner_stride));
    top = select(top, cell, cell.x > top.x);
  }
  let own = top.x;
  top.x = row_largest(local, lanes, vec4(top.x)).x;
  // Of several largest elements any: here the one that falls most.
  top.y = row_largest(local, lanes, vec4(select(-LARGEST, top.y, own == top.x))).x;
  var shift = 0.0;
  if (params.is_delta != 0u) {
    for (var i = lane; i < params.count; i += lanes) {
      let cell = load_element(batch, start + offset_of(i, params.inner_shape, params.inner_stride));
      shift = max(shift, cell.x - top.x + (top.y - cell.y));
    }
    shift = row_largest(local, lanes, vec4(shift)).x;
  }
  // Of the base; of the variant, scaled by exp(-shift); of what that changes by.
  var sums = vec4(0.0);
  for (var i = lane; i < params.count; i += lanes) {
    let cell = load_element(batch, start + offset_of(i, params.inner_shape, params.inner_stride));
    let e = cell.x - top.x;
    let terms = softmax_terms(vec4(e), vec4(top.y - cell.y), shift);
    sums += vec4(exp(e), terms.ablated.x, terms.change.x, 0.0);
  }
  sums = row_sums(local, lanes, sums);
  let base_sum = sums.x;
  let ablated_sum = sums.y;
  let change_sum = sums.z;
  if (!stores) {
    return;
  }
  // log(S_a / S_b), from what the sum changes by where that is little of it: 2 artanh(r / (2 + r)) = log(1 + r).
  var sum_change = shift + log(ablated_sum / base_sum);
  let relative = change_sum * exp(min(shift, 1.0)) / base_sum;
  if (shift < 0.5 && relative > -1.0 / 3.0 && relative < 0.5) {
    let s = relative / (2.0 + relative);
    sum_change = 2.0 * s * (1.0 + s * s * (1.0 / 3.0 + s * s * (1.0 / 5.0 + s * s * (1.0 / 7.0 + s * s / 9.0))));
  }
  for (var i = lane; i < params.count; i += lanes) {
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

fn normalize_moments(batch: u32, start: u32, local: u32, stores: bool) {
  let lanes = params.lanes;
  let lane = local % lanes;
  let count = f32(params.count);
  var mean = vec2(0.0); // of base and fall
  for (var i = lane; i < params.count; i += lanes) {
    mean += load_element(batch, start + offset_of(i, params.inner_shape, params.inner_stride));
  }
  mean = row_sums(local, lanes, vec4(mean, 0.0, 0.0)).xy / count;
  var variances = vec4(0.0); // of the base, of the variant, and how far they differ
  for (var i = lane; i < params.count; i += lanes) {
    let cell = load_element(batch, start + offset_of(i, params.inner_shape, params.inner_stride)) - mean;
    let ablated = cell.x - cell.y;
    variances += vec4(cell.x * cell.x, ablated * ablated, cell.y * (2.0 * cell.x - cell.y), 0.0);
  }
  variances = row_sums(local, lanes, variances) / count;
  if (!stores) {
    return;
  }
  let base_deviation = sqrt(variances.x + params.epsilon);
  let ablated_deviation = sqrt(variances.y + params.epsilon);
  // 1 / s_b - 1 / s_a = (s_a^2 - s_b^2) / (s_a s_b (s_a + s_b))
  let inverse_fall =
    -variances.z / (ablated_deviation * base_deviation * (ablated_deviation + base_deviation));
  for (var i = lane; i < params.count; i += lanes) {
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

fn run(number: u32, local: u32) {
  let own_row = number * (THREADS / params.lanes) + local / params.lanes;
  let stores = own_row < params.batches * params.groups;
  // A row without work reads what another does: all threads meet at the barriers.
  let row = select(0u, own_row, stores);
  let batch = row / params.groups;
  let start = params.result_start + offset_of(row % params.groups, params.outer_shape, params.outer_stride);
  if (params.kind == SOFTMAX || params.kind == LOG_SOFTMAX) {
    normalize_exponentials(batch, start, local, stores);
  } else {
    normalize_moments(batch, start, local, stores);
  }
}
