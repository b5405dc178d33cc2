// The last step: how far the logits fall without channel k becomes weights and, where they are wanted, ablated scores:
// `input-weights.ts` of the reference. A row of threads (`lanes.wgsl`), or a thread (`alone.wgsl`), takes one variant of one input
// and passes over its classes three times, four classes a step.
//
// Layouts: drops [inputs, variants, classes]; logits [inputs, classes]; norms, what the norm is a sum of
// [inputs, parts, channels], read for slopes; result: weights [inputs, explained, channels] and, from `scores_begin` on,
// ablated scores [inputs, channels, classes]; class indices [explained] or [inputs, explained].

const LOWEST = -3.4028234e38;
const WEIGHTING_SLOPE_L1 = 1u;
// More than any class; float32 has every whole number up to it.
const NO_CLASS = 16777216.0;

struct Params {
  inputs: u32,
  variants: u32,
  first_variant: u32,
  channels: u32,
  classes: u32,
  score: u32,
  weighting: u32,
  norm_parts: u32, // 0 where no slope is asked for
  norm_of_values: u32, // parts are values of the channel, of which sizes or squares are summed
  explained: u32,
  listed_input: u32, // from an input's classes in `class_indices` to the next one's; 0 where all have the same
  scores_begin: u32,
  keeps_scores: u32,
  lanes: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;
@group(0) @binding(2) var<storage, read> drops: array<f32>;
@group(0) @binding(3) var<storage, read> logits: array<f32>;
@group(0) @binding(4) var<storage, read> norms: array<f32>;
@group(0) @binding(5) var<storage, read> class_indices: array<u32>;

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

fn run(number: u32, local: u32) {
  let lanes = params.lanes;
  let lane = local % lanes;
  let own_row = number * (THREADS / lanes) + local / lanes;
  let has_work = own_row < params.inputs * params.variants;
  // A row without work reads what another does: all threads meet at the barriers.
  let row = select(0u, own_row, has_work);
  let input = row / params.variants;
  let channel = params.first_variant + row % params.variants;
  let logits_at = input * params.classes;
  let drops_at = row * params.classes;
  // Four neighbouring classes a turn, four lanes further on the next ones.
  let first = 4u * lane;
  let step = 4u * lanes;

  var best = vec4(LOWEST);
  var best_classes = vec4(params.classes - 1u);
  for (var c = first; c < params.classes; c += step) {
    let classes = classes_from(c, 1u, params.classes);
    let z = logits_from(logits_at, classes);
    best_classes = select(best_classes, classes, z > best);
    best = max(best, z);
  }
  let z_m = row_largest(local, lanes, vec4(largest_of(best))).x;
  // The first class of those with the largest logit.
  let firsts = select(vec4(-NO_CLASS), -vec4<f32>(best_classes), best == vec4(z_m));
  let predicted = u32(-row_largest(local, lanes, vec4(largest_of(firsts))).x);

  var norm = 0.0;
  if (params.norm_parts > 0u) {
    for (var part = lane; part < params.norm_parts; part += lanes) {
      let value = norms[(input * params.norm_parts + part) * params.channels + channel];
      let term = select(value * value, abs(value), params.weighting == WEIGHTING_SLOPE_L1);
      norm += select(value, term, params.norm_of_values != 0u);
    }
    norm = row_sums(local, lanes, vec4(norm)).x;
    norm = select(sqrt(norm), norm, params.weighting == WEIGHTING_SLOPE_L1);
  }

  var softmax = Softmax(z_m, drops[drops_at + predicted], 0.0, 0.0, 0.0, 0.0);
  if (params.score == SCORE_SOFTMAX) {
    var shifts = vec4(0.0);
    for (var c = first; c < params.classes; c += step) {
      let classes = classes_from(c, 1u, params.classes);
      shifts = max(shifts, logits_from(logits_at, classes) - z_m + (softmax.d_m - drops_from(drops_at, classes)));
    }
    let shift = row_largest(local, lanes, vec4(largest_of(shifts))).x;
    var sums = vec4(0.0); // of the base run, of the variant, of what terms change by
    for (var c = first; c < params.classes; c += step) {
      let classes = classes_from(c, 1u, params.classes);
      let are_real = are_classes(c, 1u, params.classes);
      let e = logits_from(logits_at, classes) - z_m;
      let terms = softmax_terms(e, softmax.d_m - drops_from(drops_at, classes), shift);
      sums += vec4(
        sum_of(select(vec4(0.0), exp(e), are_real)),
        sum_of(select(vec4(0.0), terms.ablated, are_real)),
        sum_of(select(vec4(0.0), terms.change, are_real)),
        0.0,
      );
    }
    sums = row_sums(local, lanes, sums);
    softmax.shift = shift;
    softmax.logit_sum = sums.x;
    softmax.ablated_sum = sums.y;
    softmax.term_sum = sums.z;
  }
  if (!has_work) {
    return;
  }
  for (var j = lane; j < params.explained; j += lanes) {
    let listed = class_indices[input * params.listed_input + j];
    let classes = explained_classes(vec4(listed), predicted);
    let d = drops_from(drops_at, classes);
    let z = logits_from(logits_at, classes);
    var weights: vec4<f32>;
    if (params.norm_parts > 0u) {
      weights = slopes_of(params.score, softmax, z, d, norm);
    } else {
      weights = relative_drops_of(params.score, softmax, z, d);
    }
    result[(input * params.explained + j) * params.channels + channel] = weights.x;
  }
  if (params.keeps_scores != 0u) {
    let scores_at = params.scores_begin + (input * params.channels + channel) * params.classes;
    for (var c = first; c < params.classes; c += step) {
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
