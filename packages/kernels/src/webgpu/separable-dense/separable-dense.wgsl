// The weights of all K channels of N inputs for M classes each in one dispatch, and the scores of all classes where they are
// wanted, for tails that treat channels separately up to one dense layer:
//
//   d[k, c] = sum_p (f(A_k)[p] - f(r_k)) W[p K + k, c]      the fall of logit c without channel k
//   weights[j, k], ablated_scores[k, c]                     from z - d, see score-change.wgsl
//
// f is a list of stages (pool a plane, then operations on each element), read from `program`.
// A workgroup takes CHANNEL_LANES neighbouring channels of one input - 32 contiguous bytes at each position - and all
// classes, so that the softmax needs no other workgroup. Stages hand their planes over in `scratch`, of which every
// workgroup owns a part. No weight of the dense layer is read twice for one input.
//
// Thread mapping: lane and row while planes are read, thread = row * CHANNEL_LANES + lane, so that neighbouring threads
// read neighbouring channels; lane and index where classes are at hand, thread = lane * LANE_THREADS + index, so that
// neighbouring threads read neighbouring classes of W. Threads hand partial sums over in workgroup memory, and whoever
// needs a sum adds the LANE_THREADS parts itself. Where a CPU plays the GPU a lane is one thread: there is nothing to hand
// over and no barrier, which there costs a switch for every thread, and W lies with its channels side by side.
// Grid: (ceil(K / CHANNEL_LANES), N).

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let input = workgroup.y;
  let row = thread / CHANNEL_LANES;
  let lane = thread % CHANNEL_LANES;
  let channel = workgroup.x * CHANNEL_LANES + lane;
  let is_channel = channel < params.channels;
  let scratch_base = (input * workgroups.x + workgroup.x) * 2u * params.scratch_half;
  let activation_plane =
    Plane(true, input * params.positions * params.channels + channel, params.channels);
  let is_slope = params.weighting == WEIGHTING_SLOPE_L1 || params.weighting == WEIGHTING_SLOPE_L2;

  var base = summarise_logits(thread % LANE_THREADS, input);
  if (!IS_LANE_ONE_THREAD && thread < LANE_THREADS) {
    best_logits[thread] = base.logit;
    best_classes[thread] = base.class_index;
  }

  // The norm of A_k where a slope is asked for.
  var norm = 0.0;
  if (is_slope && is_channel) {
    for (var p = row; p < params.positions; p += LANE_THREADS) {
      let a = load_plane(activation_plane, p);
      norm += select(a * a, abs(a), params.weighting == WEIGHTING_SLOPE_L1);
    }
    if (!IS_LANE_ONE_THREAD) {
      norm_sums[thread] = norm;
    }
  }

  // r_k, then f(r_k): pooling leaves a constant plane constant, since cells of padding never count.
  var off = 0.0;
  if (params.off_mode == OFF_CHANNEL_MEAN) {
    var sum = 0.0;
    if (is_channel) {
      for (var p = row; p < params.positions; p += LANE_THREADS) {
        sum += load_plane(activation_plane, p);
      }
    }
    off = sum_of_rows(sum, thread, lane) / f32(params.positions);
  } else if (is_channel) {
    let of_input = select(0u, input * params.channels, params.off_mode == OFF_PER_INPUT);
    off = channel_values[params.off_offset + of_input + channel];
  }
  if (is_channel) {
    for (var stage = 0u; stage < params.stage_count; stage++) {
      let at = stage * STAGE_WORDS;
      off = apply_pointwise(program[at + 11u], program[at + 12u], channel, off);
    }
    off = apply_pointwise(params.reduced_begin, params.reduced_end, channel, off);
  }

  if (IS_DIRECT && !IS_LANE_ONE_THREAD) {
    if (row == 0u) {
      off_outputs[lane] = off;
    }
    workgroupBarrier();
  }

  // The stages. The last one leaves f(A_k) - f(r_k) in scratch: the whole plane, or its reduction.
  let stage_count = select(params.stage_count, 0u, IS_DIRECT);
  var reduced = 0.0;
  for (var number = 0u; number < stage_count; number++) {
    let stage = load_stage(number);
    let output_positions = stage.output_positions;
    let is_last = number + 1u == stage_count;
    let target_base = scratch_base + (number & 1u) * params.scratch_half;
    var plane = activation_plane;
    if (number > 0u) {
      plane = Plane(false, scratch_base + ((number - 1u) & 1u) * params.scratch_half + lane, CHANNEL_LANES);
    }
    let reduction = select(REDUCTION_NONE, params.reduction, is_last);
    if (is_channel) {
      if (reduction == REDUCTION_MAX) {
        var largest = LOWEST;
        for (var position = row; position < output_positions; position += LANE_THREADS) {
          largest = max(largest, run_stage(stage, plane, position, channel));
        }
        reduced = largest;
      } else if (reduction == REDUCTION_AVERAGE) {
        var sums = vec4(0.0);
        for (var position = row; position < output_positions; position += 4u * LANE_THREADS) {
          let positions = position + vec4(0u, 1u, 2u, 3u) * LANE_THREADS;
          let values = run_stage_of_four(stage, plane, min(positions, vec4(output_positions - 1u)), channel);
          sums += select(vec4(0.0), values, positions < vec4(output_positions));
        }
        reduced = dot(sums, vec4(1.0 / f32(output_positions)));
      } else {
        let subtracted = select(0.0, off, is_last);
        for (var position = row; position < output_positions; position += LANE_THREADS) {
          let value = run_stage(stage, plane, position, channel);
          scratch[target_base + position * CHANNEL_LANES + lane] = value - subtracted;
        }
      }
    }
    meet();
  }
  let features_base = scratch_base + ((params.stage_count - 1u) & 1u) * params.scratch_half;
  if (params.reduction != REDUCTION_NONE) {
    if (params.reduction == REDUCTION_MAX) {
      reduced = largest_of_rows(reduced, thread, lane);
    } else {
      reduced = sum_of_rows(reduced, thread, lane);
    }
    if (thread < CHANNEL_LANES && is_channel) {
      scratch[features_base + lane] =
        apply_pointwise(params.reduced_begin, params.reduced_end, channel, reduced) - off;
    }
    meet();
  }

  // Contributions to the logits. `ablated_scores` holds d[k, c], until the scores replace it where they are wanted.
  let class_lane = thread / LANE_THREADS;
  let class_channel = workgroup.x * CHANNEL_LANES + class_lane;
  let is_class_channel = class_channel < params.channels;
  let index = thread % LANE_THREADS;
  let class_off = off_of(class_lane, off);
  let row_base = params.scores_begin + (input * params.channels + class_channel) * params.classes;
  // Where the features of this thread's channel lie, one after the other.
  var features = Plane(false, features_base + class_lane, CHANNEL_LANES);
  if (IS_DIRECT) {
    features = Plane(true, input * params.positions * params.channels + class_channel, params.channels);
  }
  if (IS_LANE_ONE_THREAD) {
    if (is_class_channel) {
      store_all_contributions(features, class_off, class_channel, row_base);
    }
  } else if (params.class_lanes == LANE_THREADS) {
    if (is_class_channel) {
      store_contributions(features, class_off, class_channel, row_base, index);
    }
  } else {
    // Fewer classes than threads: the threads of a class share the features.
    let c = index % params.class_lanes;
    let first_feature = index / params.class_lanes;
    let shares = LANE_THREADS / params.class_lanes;
    let is_class = is_class_channel && c < params.classes;
    var sum = 0.0;
    if (is_class) {
      for (var feature = first_feature; feature < params.features; feature += shares) {
        let change = load_change(features.base + feature * features.stride, class_off);
        sum += change * kernel[(feature * params.channels + class_channel) * params.classes + c];
      }
    }
    drop_sums[thread] = sum;
    meet();
    if (is_class && first_feature == 0u) {
      for (var share = 1u; share < shares; share++) {
        sum += drop_sums[thread + share * params.class_lanes];
      }
      result[row_base + c] = sum;
    }
  }
  meet();

  if (!IS_LANE_ONE_THREAD) {
    base = base_of_parts();
  }
  let m = base.class_index;
  let z_m = base.logit;

  // The softmax of both runs, each thread its classes.
  let logit_base = input * params.classes;
  var d_m = 0.0;
  if (is_class_channel) {
    d_m = result[row_base + m];
  }
  var logit_sum = 0.0;
  var shift = 0.0;
  var ablated_sum = 0.0;
  var term_sum = 0.0;
  if (SCORE == SCORE_SOFTMAX) {
    if (is_class_channel) {
      var shifts = vec4(0.0);
      for (var c = index; c < params.classes; c += 4u * LANE_THREADS) {
        let classes = classes_from(c, LANE_THREADS, params.classes);
        let v = d_m - drops_at(row_base, classes);
        shifts = max(shifts, logits_at(logit_base, classes) - z_m + v);
      }
      shift = largest_of(shifts);
      var base_sums = vec4(0.0);
      var variant_sums = vec4(0.0);
      var term_sums = vec4(0.0);
      for (var c = index; c < params.classes; c += 4u * LANE_THREADS) {
        let classes = classes_from(c, LANE_THREADS, params.classes);
        let are_real = are_classes(c, LANE_THREADS, params.classes);
        let e = logits_at(logit_base, classes) - z_m;
        let terms = softmax_terms(e, d_m - drops_at(row_base, classes), shift);
        base_sums += select(vec4(0.0), terms.before, are_real);
        variant_sums += select(vec4(0.0), terms.ablated, are_real);
        term_sums += select(vec4(0.0), terms.change, are_real);
      }
      if (shift != 0.0) {
        base_sums = vec4(0.0);
        for (var c = index; c < params.classes; c += 4u * LANE_THREADS) {
          let e = logits_at(logit_base, classes_from(c, LANE_THREADS, params.classes)) - z_m;
          base_sums += select(vec4(0.0), exp(e), are_classes(c, LANE_THREADS, params.classes));
        }
      }
      logit_sum = sum_of(base_sums);
      ablated_sum = sum_of(variant_sums);
      term_sum = sum_of(term_sums);
    }
    if (!IS_LANE_ONE_THREAD) {
      logit_sums[thread] = logit_sum;
      shifts[thread] = shift;
      ablated_sums[thread] = ablated_sum;
      term_sums[thread] = term_sum;
      // Nobody may overwrite d[k, m] before everybody has read it.
      workgroupBarrier();
      let first = class_lane * LANE_THREADS;
      for (var part = 0u; part < LANE_THREADS; part++) {
        shift = max(shift, shifts[first + part]);
      }
      logit_sum = 0.0;
      ablated_sum = 0.0;
      term_sum = 0.0;
      for (var part = 0u; part < LANE_THREADS; part++) {
        let scale = exp(shifts[first + part] - shift);
        logit_sum += logit_sums[first + part];
        ablated_sum += ablated_sums[first + part] * scale;
        term_sum += term_sums[first + part] * scale;
      }
    }
  }

  let softmax = Softmax(z_m, d_m, logit_sum, shift, ablated_sum, term_sum);
  if (is_class_channel) {
    if (is_slope) {
      if (!IS_LANE_ONE_THREAD) {
        norm = 0.0;
        for (var part = 0u; part < LANE_THREADS; part++) {
          norm += norm_sums[part * CHANNEL_LANES + class_lane];
        }
      }
      norm = select(sqrt(norm), norm, params.weighting == WEIGHTING_SLOPE_L1);
    }
    for (var j = index; j < params.explained; j += 4u * LANE_THREADS) {
      let classes = classes_at(input, classes_from(j, LANE_THREADS, params.explained), m);
      let d = drops_at(row_base, classes);
      let z = logits_at(logit_base, classes);
      var weights: vec4<f32>;
      if (is_slope) {
        weights = slopes_of(SCORE, softmax, z, d, norm);
      } else {
        weights = relative_drops_of(SCORE, softmax, z, d);
      }
      store_weights(input, class_channel, j, weights);
    }
  }
  if (params.keeps_scores != 0u) {
    // Nobody may overwrite a fall before everybody has read those of the explained classes.
    meet();
    if (is_class_channel) {
      for (var c = index; c < params.classes; c += 4u * LANE_THREADS) {
        let classes = classes_from(c, LANE_THREADS, params.classes);
        let z = logits_at(logit_base, classes);
        store_classes(row_base, c, ablated_scores_of(SCORE, softmax, z, drops_at(row_base, classes)));
      }
    }
  }
}
