// The last step: how far the logits fall without channel k becomes weights and, where they are wanted, ablated scores:
// `input-weights.ts` of the reference. A thread takes one variant of one input and passes over its classes three times, four
// classes a step.
//
// Layouts: drops [inputs, variants, classes]; logits [inputs, classes]; activation [inputs, positions, channels];
// result: weights [inputs, explained, channels] and, from `scores_begin` on, ablated scores [inputs, channels, classes];
// class indices [explained] or [inputs, explained].

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
  explained: u32, // classes
  listed_input: u32, // from an input's classes in `class_indices` to the next one's; 0 where all have the same
  scores_begin: u32, // in `result`
  keeps_scores: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;
@group(0) @binding(2) var<storage, read> drops: array<f32>;
@group(0) @binding(3) var<storage, read> logits: array<f32>;
@group(0) @binding(4) var<storage, read> activation: array<f32>;
@group(0) @binding(5) var<storage, read> class_indices: array<u32>;

fn channel_norm(input: u32, channel: u32) -> f32 {
  var sum = 0.0;
  let start = input * params.positions * params.channels + channel;
  for (var p = 0u; p < params.positions; p++) {
    let value = activation[start + p * params.channels];
    sum += select(value * value, abs(value), params.weighting == WEIGHTING_SLOPE_L1);
  }
  return select(sqrt(sum), sum, params.weighting == WEIGHTING_SLOPE_L1);
}

fn logits_from(base: u32, classes: vec4<u32>) -> vec4<f32> {
  let at = base + classes;
  return vec4(logits[at.x], logits[at.y], logits[at.z], logits[at.w]);
}

fn drops_from(row: u32, classes: vec4<u32>) -> vec4<f32> {
  let at = row + classes;
  return vec4(drops[at.x], drops[at.y], drops[at.z], drops[at.w]);
}

// Writes values to the places of a row, from class `first` on, that are classes.
fn store_classes(row: u32, first: u32, values: vec4<f32>) {
  let count = params.classes - first;
  result[row + first] = values.x;
  if (count > 1u) {
    result[row + first + 1u] = values.y;
  }
  if (count > 2u) {
    result[row + first + 2u] = values.z;
  }
  if (count > 3u) {
    result[row + first + 3u] = values.w;
  }
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

  var best = vec4(-3.4028234e38);
  var best_classes = vec4(params.classes - 1u);
  for (var c = 0u; c < params.classes; c += 4u) {
    let classes = classes_from(c, 1u, params.classes);
    let z = logits_from(logits_at, classes);
    best_classes = select(best_classes, classes, z > best);
    best = max(best, z);
  }
  let z_m = largest_of(best);
  // The first class of those with the largest logit.
  let firsts = select(vec4(0xffffffffu), best_classes, best == vec4(z_m));
  let predicted = min(min(firsts.x, firsts.y), min(firsts.z, firsts.w));
  let is_slope = params.weighting == WEIGHTING_SLOPE_L1 || params.weighting == WEIGHTING_SLOPE_L2;
  var norm = 0.0;
  if (is_slope) {
    norm = channel_norm(input, channel);
  }

  var softmax = Softmax(z_m, drops[drops_at + predicted], 0.0, 0.0, 0.0, 0.0);
  if (params.score == SCORE_SOFTMAX) {
    var shifts = vec4(0.0);
    for (var c = 0u; c < params.classes; c += 4u) {
      let classes = classes_from(c, 1u, params.classes);
      shifts = max(shifts, logits_from(logits_at, classes) - z_m + (softmax.d_m - drops_from(drops_at, classes)));
    }
    let shift = largest_of(shifts);
    var logit_sums = vec4(0.0);
    var ablated_sums = vec4(0.0);
    var term_sums = vec4(0.0);
    for (var c = 0u; c < params.classes; c += 4u) {
      let classes = classes_from(c, 1u, params.classes);
      let are_real = are_classes(c, 1u, params.classes);
      let e = logits_from(logits_at, classes) - z_m;
      let terms = softmax_terms(e, softmax.d_m - drops_from(drops_at, classes), shift);
      logit_sums += select(vec4(0.0), terms.before, are_real);
      ablated_sums += select(vec4(0.0), terms.ablated, are_real);
      term_sums += select(vec4(0.0), terms.change, are_real);
    }
    if (shift != 0.0) {
      logit_sums = vec4(0.0);
      for (var c = 0u; c < params.classes; c += 4u) {
        let e = logits_from(logits_at, classes_from(c, 1u, params.classes)) - z_m;
        logit_sums += select(vec4(0.0), exp(e), are_classes(c, 1u, params.classes));
      }
    }
    softmax.shift = shift;
    softmax.logit_sum = sum_of(logit_sums);
    softmax.ablated_sum = sum_of(ablated_sums);
    softmax.term_sum = sum_of(term_sums);
  }
  for (var j = 0u; j < params.explained; j++) {
    let listed = class_indices[input * params.listed_input + j];
    let classes = explained_classes(vec4(listed), predicted);
    let d = drops_from(drops_at, classes);
    let z = logits_from(logits_at, classes);
    var weights: vec4<f32>;
    if (is_slope) {
      weights = slopes_of(params.score, softmax, z, d, norm);
    } else {
      weights = relative_drops_of(params.score, softmax, z, d);
    }
    result[(input * params.explained + j) * params.channels + channel] = weights.x;
  }
  if (params.keeps_scores != 0u) {
    let scores_at = params.scores_begin + (input * params.channels + channel) * params.classes;
    for (var c = 0u; c < params.classes; c += 4u) {
      let classes = classes_from(c, 1u, params.classes);
      let z = logits_from(logits_at, classes);
      store_classes(
        scores_at,
        c,
        ablated_scores_of(params.score, softmax, z, drops_from(drops_at, classes)),
      );
    }
  }
}
