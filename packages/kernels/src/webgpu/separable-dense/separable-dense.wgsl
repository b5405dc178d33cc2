// The weights of all K channels of N inputs for M classes each in one dispatch, and the scores of all classes where they are
// wanted, for tails that treat channels separately up to one dense layer:
//
//   d[k, c] = sum_p (f(A_k)[p] - f(r_k)) W[p K + k, c]      the fall of logit c without channel k
//   weights[j, k], ablated_scores[k, c]                     from z - d, see score-change.wgsl
//
// f is a list of stages (pool a plane, then operations on each element), read from `program`.
// A thread takes a channel of one input and all classes, a workgroup CHANNEL_LANES neighbouring ones - 32 contiguous bytes at
// each position -, for which W lies with its channels side by side. Nobody waits for another: this is for a CPU that plays the
// GPU, where a barrier costs a switch for every thread and a dispatch more than what small tails do in it. Hardware takes the
// same tails in steps. Stages hand their planes over in `scratch`, of which every workgroup owns a part. No weight of the dense
// layer is read twice for one input.
// Grid: workgroups of channels, then inputs, one after the other.

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let number = workgroup.y * workgroups.x + workgroup.x;
  let tiles = (params.channels + CHANNEL_LANES - 1u) / CHANNEL_LANES;
  let input = number / tiles;
  let channel = number % tiles * CHANNEL_LANES + lane;
  if (channel >= params.channels || input >= params.inputs) {
    return;
  }
  let scratch_base = number * 2u * params.scratch_half;
  let activation_plane =
    Plane(true, input * params.positions * params.channels + channel, params.channels);
  let is_slope = params.weighting == WEIGHTING_SLOPE_L1 || params.weighting == WEIGHTING_SLOPE_L2;
  let base = base_of(input);
  let m = base.class_index;
  let z_m = base.logit;

  // The norm of A_k where a slope is asked for.
  var norm = 0.0;
  if (is_slope) {
    for (var p = 0u; p < params.positions; p++) {
      let a = load_plane(activation_plane, p);
      norm += select(a * a, abs(a), params.weighting == WEIGHTING_SLOPE_L1);
    }
    norm = select(sqrt(norm), norm, params.weighting == WEIGHTING_SLOPE_L1);
  }

  // r_k, then f(r_k): pooling leaves a constant plane constant, since cells of padding never count.
  var off = 0.0;
  if (params.off_mode == OFF_CHANNEL_MEAN) {
    var sum = 0.0;
    for (var p = 0u; p < params.positions; p++) {
      sum += load_plane(activation_plane, p);
    }
    off = sum / f32(params.positions);
  } else {
    let of_input = select(0u, input * params.channels, params.off_mode == OFF_PER_INPUT);
    off = channel_values[params.off_offset + of_input + channel];
  }
  for (var stage = 0u; stage < params.stage_count; stage++) {
    let at = stage * STAGE_WORDS;
    off = apply_pointwise(program[at + 11u], program[at + 12u], channel, off);
  }
  off = apply_pointwise(params.reduced_begin, params.reduced_end, channel, off);

  // The stages. The last one leaves f(A_k) - f(r_k) in scratch: the whole plane, or its reduction.
  let stage_count = select(params.stage_count, 0u, IS_DIRECT);
  var reduced = 0.0;
  for (var number_of_stage = 0u; number_of_stage < stage_count; number_of_stage++) {
    let stage = load_stage(number_of_stage);
    let output_positions = stage.output_positions;
    let is_last = number_of_stage + 1u == stage_count;
    let target_base = scratch_base + (number_of_stage & 1u) * params.scratch_half;
    var plane = activation_plane;
    if (number_of_stage > 0u) {
      let source_base = scratch_base + ((number_of_stage - 1u) & 1u) * params.scratch_half;
      plane = Plane(false, source_base + lane, CHANNEL_LANES);
    }
    let reduction = select(REDUCTION_NONE, params.reduction, is_last);
    if (reduction == REDUCTION_MAX) {
      var largest = LOWEST;
      for (var position = 0u; position < output_positions; position++) {
        largest = max(largest, run_stage(stage, plane, position, channel));
      }
      reduced = largest;
    } else if (reduction == REDUCTION_AVERAGE) {
      var sums = vec4(0.0);
      for (var position = 0u; position < output_positions; position += 4u) {
        let positions = position + vec4(0u, 1u, 2u, 3u);
        let values = run_stage_of_four(stage, plane, min(positions, vec4(output_positions - 1u)), channel);
        sums += select(vec4(0.0), values, positions < vec4(output_positions));
      }
      reduced = dot(sums, vec4(1.0 / f32(output_positions)));
    } else {
      let subtracted = select(0.0, off, is_last);
      for (var position = 0u; position < output_positions; position++) {
        let value = run_stage(stage, plane, position, channel);
        scratch[target_base + position * CHANNEL_LANES + lane] = value - subtracted;
      }
    }
  }
  let features_base = scratch_base + ((params.stage_count - 1u) & 1u) * params.scratch_half;
  if (params.reduction != REDUCTION_NONE) {
    scratch[features_base + lane] =
      apply_pointwise(params.reduced_begin, params.reduced_end, channel, reduced) - off;
  }

  // Contributions to the logits. `result` holds d[k, c] from here on, until the scores replace it where they are wanted.
  let row_base = params.scores_begin + (input * params.channels + channel) * params.classes;
  // Where the features of this channel lie, one after the other.
  var features = Plane(false, features_base + lane, CHANNEL_LANES);
  if (IS_DIRECT) {
    features = activation_plane;
  }
  store_contributions(features, off, channel, row_base);

  let logit_base = input * params.classes;
  var softmax = Softmax(z_m, result[row_base + m], 0.0, 0.0, 0.0, 0.0);
  if (SCORE == SCORE_SOFTMAX) {
    var shifts = vec4(0.0);
    for (var c = 0u; c < params.classes; c += 4u) {
      let classes = classes_from(c, 1u, params.classes);
      let v = softmax.d_m - drops_at(row_base, classes);
      shifts = max(shifts, logits_at(logit_base, classes) - z_m + v);
    }
    let shift = largest_of(shifts);
    var base_sums = vec4(0.0);
    var variant_sums = vec4(0.0);
    var term_sums = vec4(0.0);
    for (var c = 0u; c < params.classes; c += 4u) {
      let classes = classes_from(c, 1u, params.classes);
      let are_real = are_classes(c, 1u, params.classes);
      let e = logits_at(logit_base, classes) - z_m;
      let terms = softmax_terms(e, softmax.d_m - drops_at(row_base, classes), shift);
      base_sums += select(vec4(0.0), terms.before, are_real);
      variant_sums += select(vec4(0.0), terms.ablated, are_real);
      term_sums += select(vec4(0.0), terms.change, are_real);
    }
    if (shift != 0.0) {
      base_sums = vec4(0.0);
      for (var c = 0u; c < params.classes; c += 4u) {
        let e = logits_at(logit_base, classes_from(c, 1u, params.classes)) - z_m;
        base_sums += select(vec4(0.0), exp(e), are_classes(c, 1u, params.classes));
      }
    }
    softmax.shift = shift;
    softmax.logit_sum = sum_of(base_sums);
    softmax.ablated_sum = sum_of(variant_sums);
    softmax.term_sum = sum_of(term_sums);
  }

  for (var j = 0u; j < params.explained; j += 4u) {
    let classes = classes_at(input, classes_from(j, 1u, params.explained), m);
    let d = drops_at(row_base, classes);
    let z = logits_at(logit_base, classes);
    var weights: vec4<f32>;
    if (is_slope) {
      weights = slopes_of(SCORE, softmax, z, d, norm);
    } else {
      weights = relative_drops_of(SCORE, softmax, z, d);
    }
    store_weights(input, channel, j, weights);
  }
  if (params.keeps_scores != 0u) {
    for (var c = 0u; c < params.classes; c += 4u) {
      let classes = classes_from(c, 1u, params.classes);
      let z = logits_at(logit_base, classes);
      store_classes(row_base, c, ablated_scores_of(SCORE, softmax, z, drops_at(row_base, classes)));
    }
  }
}
