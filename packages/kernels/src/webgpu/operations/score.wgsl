// The last step: how far the logits fall without channel k becomes ablated scores and weights, `channel-weights.ts` and
// `score-change.ts` of the reference. A thread takes one variant of one input and passes over its classes three times.
//
// Layouts: drops [inputs, variants, classes]; logits [inputs, classes]; activation [inputs, positions, channels];
// result: ablated scores [inputs, channels, classes], weights likewise, predicted class [inputs].

const SCORE_SOFTMAX = 1u;
const SCORE_SIGMOID = 2u;
const WEIGHTING_SLOPE_L1 = 1u;
const WEIGHTING_SLOPE_L2 = 2u;
override THREADS = 64u;

struct Params {
  inputs: u32,
  variants: u32,
  first_variant: u32,
  channels: u32,
  positions: u32,
  classes: u32,
  score: u32,
  weighting: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;
@group(0) @binding(2) var<storage, read> drops: array<f32>;
@group(0) @binding(3) var<storage, read> logits: array<f32>;
@group(0) @binding(4) var<storage, read> activation: array<f32>;

fn channel_norm(input: u32, channel: u32) -> f32 {
  var sum = 0.0;
  let start = input * params.positions * params.channels + channel;
  for (var p = 0u; p < params.positions; p++) {
    let value = activation[start + p * params.channels];
    sum += select(value * value, abs(value), params.weighting == WEIGHTING_SLOPE_L1);
  }
  return select(sqrt(sum), sum, params.weighting == WEIGHTING_SLOPE_L1);
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let thread = (workgroup.y * workgroups.x + workgroup.x) * THREADS + local;
  let input = thread / params.variants;
  if (input >= params.inputs) {
    return;
  }
  let channel = params.first_variant + thread % params.variants;
  let logits_at = input * params.classes;
  let drops_at = thread * params.classes;
  let scores_at = (input * params.channels + channel) * params.classes;
  let weights_at = params.inputs * params.channels * params.classes + scores_at;

  var predicted = 0u;
  for (var c = 1u; c < params.classes; c++) {
    if (logits[logits_at + c] > logits[logits_at + predicted]) {
      predicted = c;
    }
  }
  if (channel == 0u) {
    result[2u * params.inputs * params.channels * params.classes + input] = f32(predicted);
  }
  let is_slope = params.weighting == WEIGHTING_SLOPE_L1 || params.weighting == WEIGHTING_SLOPE_L2;
  var norm = 0.0;
  if (is_slope) {
    norm = channel_norm(input, channel);
  }

  let z_m = logits[logits_at + predicted];
  let d_m = drops[drops_at + predicted];
  var shift = 0.0;
  var logit_sum = 0.0;
  var ablated_sum = 0.0;
  var term_sum = 0.0;
  if (params.score == SCORE_SOFTMAX) {
    for (var c = 0u; c < params.classes; c++) {
      shift = max(shift, logits[logits_at + c] - z_m + (d_m - drops[drops_at + c]));
    }
    for (var c = 0u; c < params.classes; c++) {
      let e = logits[logits_at + c] - z_m;
      let v = d_m - drops[drops_at + c];
      logit_sum += exp(e);
      ablated_sum += exp(e + v - shift);
      term_sum += softmax_term(e, v, shift);
    }
  }
  for (var c = 0u; c < params.classes; c++) {
    let z = logits[logits_at + c];
    let d = drops[drops_at + c];
    var score = z;
    var ablated = z - d;
    var relative_drop = 0.0;
    if (params.score == SCORE_SOFTMAX) {
      let e = z - z_m;
      let v = d_m - d;
      score = exp(e) / logit_sum;
      ablated = exp(e + v - shift) / ablated_sum;
      // (y T - t_c) / (y S), where t_c / y = logit_sum (exp(v - shift) - exp(-shift)).
      // A class of vanishing probability may gain more than a float32 holds: its exponent is capped at 80.
      relative_drop = (term_sum - logit_sum * softmax_term(0.0, min(v, shift + 80.0), shift)) / ablated_sum;
    } else if (params.score == SCORE_SIGMOID) {
      score = sigmoid(z);
      ablated = sigmoid(z - d);
      relative_drop = sigmoid_relative_drop(z, d);
    } else if (z != 0.0) {
      relative_drop = d / abs(z);
    }
    var weight = relative_drop;
    if (is_slope) {
      let drop = select(relative_drop * score, d, params.score == 0u);
      weight = select(0.0, drop / norm, norm > 0.0);
    }
    result[scores_at + c] = ablated;
    result[weights_at + c] = weight;
  }
}
