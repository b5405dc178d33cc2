// All K x C ablated scores and weights of N inputs in one dispatch, for tails that treat channels separately up to
// one dense layer:
//
//   d[k, c] = sum_p (f(A_k)[p] - f(r_k)) W[p K + k, c]      the fall of logit c without channel k
//   ablated_scores[k, c], weights[k, c]                     from z - d, see score-change.wgsl
//
// f is a list of stages (pool a plane, then operations on each element), read from `program`.
// A workgroup takes CHANNEL_LANES neighbouring channels of one input - 32 contiguous bytes at each position - and all
// classes, so that the softmax needs no other workgroup. Stages hand their planes over in `scratch`, of which every
// workgroup owns a part. No weight of the dense layer is read twice for one input.
//
// Thread mapping: lane and row while planes are read, thread = row * CHANNEL_LANES + lane, so that neighbouring threads
// read neighbouring channels; lane and index where classes are at hand, thread = lane * LANE_THREADS + index, so that
// neighbouring threads read neighbouring classes of W. Threads hand partial sums over in workgroup memory, and whoever
// needs a sum adds the LANE_THREADS parts itself: barriers, which are dear on a software adapter, stay few.
// Grid: (ceil(K / CHANNEL_LANES), N).

const CHANNEL_LANES = 8u;
// 256 on hardware; fewer where a CPU plays the GPU and every barrier costs a switch a thread.
override THREADS = 256u;
override LANE_THREADS = THREADS / CHANNEL_LANES;

const STAGE_WORDS = 13u;
const POINTWISE_WORDS = 3u;

// What the tail holds, so that code it does not need is compiled away: a software adapter runs every branch of a shader
// with lanes switched off, taken or not.
// Whether there is more than one stage or any operation besides pooling.
override IS_GENERAL = true;
// Whether the dense layer reads the activation itself: there is nothing to store in between.
override IS_DIRECT = false;
// How the stages pool: not at all; max-pooling over whole 2x2 windows only; any way.
override POOLING = 2u;
// How logits become scores.
override SCORE = 1u;

const POOLING_NONE = 0u;
const POOLING_MAX_2X2 = 1u;

const REDUCTION_NONE = 0u;
const REDUCTION_MAX = 1u;
const REDUCTION_AVERAGE = 2u;

const SCORE_LOGIT = 0u;
const SCORE_SOFTMAX = 1u;
const SCORE_SIGMOID = 2u;

const OFF_CHANNEL_MEAN = 2u;
const OFF_PER_INPUT = 1u;

const WEIGHTING_SLOPE_L1 = 1u;
const WEIGHTING_SLOPE_L2 = 2u;

const LOWEST = -3.4028234e38;

struct Params {
  channels: u32,
  positions: u32,
  classes: u32,
  features: u32,
  stage_count: u32,
  reduction: u32,
  reduced_begin: u32, // the operations after the reduction, in `program`
  reduced_end: u32,
  class_lanes: u32, // threads of a lane that take different classes; the others split the features
  scratch_half: u32, // elements of one of a workgroup's two scratch planes, all lanes
  inputs: u32,
  weighting: u32,
  off_mode: u32,
  off_offset: u32, // of the ablation values in `channel_values`
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> program: array<u32>;
// Scales and shifts of affine operations, then the ablation values.
@group(0) @binding(2) var<storage, read> channel_values: array<f32>;
@group(0) @binding(3) var<storage, read> activation: array<f32>; // [N, positions, K]
@group(0) @binding(4) var<storage, read> kernel: array<f32>; // [features * K, C]
@group(0) @binding(5) var<storage, read> logits: array<f32>; // [N, C]
@group(0) @binding(6) var<storage, read_write> scratch: array<f32>;
// ablated_scores [N, K, C], weights [N, K, C], predicted class [N]
@group(0) @binding(7) var<storage, read_write> result: array<f32>;

// The predicted class and sum_c exp(z_c - z_m), in parts.
var<workgroup> best_logits: array<f32, LANE_THREADS>;
var<workgroup> best_classes: array<u32, LANE_THREADS>;
var<workgroup> logit_sums: array<f32, LANE_THREADS>;
// [LANE_THREADS, CHANNEL_LANES]
var<workgroup> plane_sums: array<f32, THREADS>;
var<workgroup> off_outputs: array<f32, CHANNEL_LANES>; // f(r_k)
var<workgroup> norm_sums: array<f32, THREADS>;
// [CHANNEL_LANES, LANE_THREADS]
var<workgroup> drop_sums: array<f32, THREADS>;
var<workgroup> shifts: array<f32, THREADS>;
var<workgroup> ablated_sums: array<f32, THREADS>;
var<workgroup> term_sums: array<f32, THREADS>;

fn apply_pointwise(begin: u32, end: u32, channel: u32, value: f32) -> f32 {
  if (!IS_GENERAL) {
    return value;
  }
  var x = value;
  for (var at = begin; at < end; at += POINTWISE_WORDS) {
    let code = program[at];
    if (code == 0u) {
      let scale_at = program[at + 1u];
      x = channel_values[scale_at + channel] * x + channel_values[scale_at + params.channels + channel];
    } else {
      x = activate(code, bitcast<f32>(program[at + 1u]), x);
    }
  }
  return x;
}

// `pool` a plane, then the operations from word `pointwise_begin` to `pointwise_end`.
struct Stage {
  reduction: u32,
  height: i32,
  width: i32,
  stride_height: i32,
  stride_width: i32,
  pad_top: i32,
  pad_left: i32,
  input_height: i32,
  input_width: i32,
  output_positions: u32,
  output_width: u32,
  pointwise_begin: u32,
  pointwise_end: u32,
}

fn load_stage(number: u32) -> Stage {
  let at = number * STAGE_WORDS;
  return Stage(
    program[at],
    i32(program[at + 1u]),
    i32(program[at + 2u]),
    i32(program[at + 3u]),
    i32(program[at + 4u]),
    i32(program[at + 5u]),
    i32(program[at + 6u]),
    i32(program[at + 7u]),
    i32(program[at + 8u]),
    program[at + 9u] * program[at + 10u],
    program[at + 10u],
    program[at + 11u],
    program[at + 12u],
  );
}

// Where a channel's plane lies: element p at base + p * stride, in the activation or in scratch.
struct Plane {
  is_activation: bool,
  base: u32,
  stride: u32,
}

fn load_plane(plane: Plane, position: u32) -> f32 {
  let at = plane.base + position * plane.stride;
  if (IS_GENERAL && !plane.is_activation) {
    return scratch[at];
  }
  return activation[at];
}

fn pool(stage: Stage, plane: Plane, output: u32) -> f32 {
  let top = i32(output / stage.output_width) * stage.stride_height - stage.pad_top;
  let left = i32(output % stage.output_width) * stage.stride_width - stage.pad_left;
  if (POOLING == POOLING_MAX_2X2) {
    let corner = u32(top * stage.input_width + left);
    let below = corner + u32(stage.input_width);
    return max(
      max(load_plane(plane, corner), load_plane(plane, corner + 1u)),
      max(load_plane(plane, below), load_plane(plane, below + 1u)),
    );
  }
  let y_begin = max(0, top);
  let x_begin = max(0, left);
  let y_end = min(stage.input_height, top + stage.height);
  let x_end = min(stage.input_width, left + stage.width);
  var largest = LOWEST;
  var sum = 0.0;
  for (var y = y_begin; y < y_end; y++) {
    for (var x = x_begin; x < x_end; x++) {
      let value = load_plane(plane, u32(y * stage.input_width + x));
      largest = max(largest, value);
      sum += value;
    }
  }
  return select(sum / f32((y_end - y_begin) * (x_end - x_begin)), largest, stage.reduction == REDUCTION_MAX);
}

fn run_stage(stage: Stage, plane: Plane, output: u32, channel: u32) -> f32 {
  var value = 0.0;
  if (POOLING == POOLING_NONE || (IS_GENERAL && stage.reduction == REDUCTION_NONE)) {
    value = load_plane(plane, output);
  } else {
    value = pool(stage, plane, output);
  }
  return apply_pointwise(stage.pointwise_begin, stage.pointwise_end, channel, value);
}

// f(A_k)[p] - f(r_k) for the feature p at `at`.
fn load_change(at: u32, lane: u32) -> f32 {
  if (IS_DIRECT) {
    return activation[at] - off_outputs[lane];
  }
  return scratch[at];
}

// Parts of the softmax of the logits, one for each of the first LANE_THREADS threads.
fn summarise_logits(part: u32, input: u32) {
  let base = input * params.classes;
  var best = LOWEST;
  var best_class = params.classes - 1u;
  for (var c = part; c < params.classes; c += LANE_THREADS) {
    if (logits[base + c] > best) {
      best = logits[base + c];
      best_class = c;
    }
  }
  var sum = 0.0;
  for (var c = part; c < params.classes; c += LANE_THREADS) {
    sum += exp(logits[base + c] - best);
  }
  best_logits[part] = best;
  best_classes[part] = best_class;
  logit_sums[part] = sum;
}

// Visits the parts of one channel's sum over rows.
fn sum_rows_of_plane(lane: u32) -> f32 {
  var sum = 0.0;
  for (var row = 0u; row < LANE_THREADS; row++) {
    sum += plane_sums[row * CHANNEL_LANES + lane];
  }
  return sum;
}

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

  if (thread < LANE_THREADS) {
    summarise_logits(thread, input);
  }

  // The norm of A_k where a slope is asked for.
  if (is_slope && is_channel) {
    var sum = 0.0;
    for (var p = row; p < params.positions; p += LANE_THREADS) {
      let a = load_plane(activation_plane, p);
      sum += select(a * a, abs(a), params.weighting == WEIGHTING_SLOPE_L1);
    }
    norm_sums[thread] = sum;
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
    plane_sums[thread] = sum;
    workgroupBarrier();
    off = sum_rows_of_plane(lane) / f32(params.positions);
    workgroupBarrier();
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

  if (IS_DIRECT) {
    if (row == 0u) {
      off_outputs[lane] = off;
    }
    workgroupBarrier();
  }

  // The stages. The last one leaves f(A_k) - f(r_k) in scratch: the whole plane, or its reduction.
  let stage_count = select(params.stage_count, 0u, IS_DIRECT);
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
        plane_sums[thread] = largest;
      } else if (reduction == REDUCTION_AVERAGE) {
        var sum = 0.0;
        for (var position = row; position < output_positions; position += LANE_THREADS) {
          sum += run_stage(stage, plane, position, channel);
        }
        plane_sums[thread] = sum / f32(output_positions);
      } else {
        let subtracted = select(0.0, off, is_last);
        for (var position = row; position < output_positions; position += LANE_THREADS) {
          let value = run_stage(stage, plane, position, channel);
          scratch[target_base + position * CHANNEL_LANES + lane] = value - subtracted;
        }
      }
    }
    storageBarrier();
  }
  let features_base = scratch_base + ((params.stage_count - 1u) & 1u) * params.scratch_half;
  if (params.reduction != REDUCTION_NONE) {
    workgroupBarrier();
    if (thread < CHANNEL_LANES && is_channel) {
      var reduced = sum_rows_of_plane(lane);
      if (params.reduction == REDUCTION_MAX) {
        reduced = LOWEST;
        for (var other = 0u; other < LANE_THREADS; other++) {
          reduced = max(reduced, plane_sums[other * CHANNEL_LANES + lane]);
        }
      }
      reduced = apply_pointwise(params.reduced_begin, params.reduced_end, channel, reduced);
      scratch[features_base + lane] = reduced - off;
    }
    storageBarrier();
  }

  // Contributions to the logits. `ablated_scores` holds d[k, c] until the scores replace it.
  let class_lane = thread / LANE_THREADS;
  let class_channel = workgroup.x * CHANNEL_LANES + class_lane;
  let is_class_channel = class_channel < params.channels;
  let index = thread % LANE_THREADS;
  let row_base = (input * params.channels + class_channel) * params.classes;
  // Where the features of this thread's channel lie, one after the other.
  var features = Plane(false, features_base + class_lane, CHANNEL_LANES);
  if (IS_DIRECT) {
    features = Plane(true, input * params.positions * params.channels + class_channel, params.channels);
  }
  if (params.class_lanes == LANE_THREADS) {
    // Four classes at a time, so that a change is read once for all four and their weights are on the way together.
    if (is_class_channel) {
      let last = params.classes - 1u;
      let step = params.channels * params.classes;
      for (var c = index; c < params.classes; c += 4u * LANE_THREADS) {
        let columns = min(c + vec4(0u, 1u, 2u, 3u) * LANE_THREADS, vec4(last));
        var weights_at = class_channel * params.classes;
        var change_at = features.base;
        var sums = vec4(0.0);
        for (var feature = 0u; feature < params.features; feature++) {
          let weights = vec4(
            kernel[weights_at + columns.x],
            kernel[weights_at + columns.y],
            kernel[weights_at + columns.z],
            kernel[weights_at + columns.w],
          );
          sums += load_change(change_at, class_lane) * weights;
          weights_at += step;
          change_at += features.stride;
        }
        for (var j = 0u; j < 4u; j++) {
          if (c + j * LANE_THREADS < params.classes) {
            result[row_base + c + j * LANE_THREADS] = sums[j];
          }
        }
      }
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
        let change = load_change(features.base + feature * features.stride, class_lane);
        sum += change * kernel[(feature * params.channels + class_channel) * params.classes + c];
      }
    }
    drop_sums[thread] = sum;
    workgroupBarrier();
    if (is_class && first_feature == 0u) {
      for (var share = 1u; share < shares; share++) {
        sum += drop_sums[thread + share * params.class_lanes];
      }
      result[row_base + c] = sum;
    }
  }
  storageBarrier();
  workgroupBarrier();

  // The base run, put together from its parts by everybody.
  var m = best_classes[0];
  var z_m = best_logits[0];
  for (var part = 1u; part < LANE_THREADS; part++) {
    let z = best_logits[part];
    if (z > z_m || (z == z_m && best_classes[part] < m)) {
      z_m = z;
      m = best_classes[part];
    }
  }
  var logit_sum = 0.0;
  for (var part = 0u; part < LANE_THREADS; part++) {
    logit_sum += logit_sums[part] * exp(best_logits[part] - z_m);
  }

  // The ablated run's softmax, each thread its classes.
  let logit_base = input * params.classes;
    var d_m = 0.0;
  if (is_class_channel) {
    d_m = result[row_base + m];
  }
  var shift = 0.0;
  var ablated_sum = 0.0;
  var term_sum = 0.0;
  if (SCORE == SCORE_SOFTMAX) {
    if (is_class_channel) {
      for (var c = index; c < params.classes; c += LANE_THREADS) {
        shift = max(shift, logits[logit_base + c] - z_m + (d_m - result[row_base + c]));
      }
      for (var c = index; c < params.classes; c += LANE_THREADS) {
        let e = logits[logit_base + c] - z_m;
        let v = d_m - result[row_base + c];
        ablated_sum += exp(e + v - shift);
        term_sum += softmax_term(e, v, shift);
      }
    }
    shifts[thread] = shift;
    ablated_sums[thread] = ablated_sum;
    term_sums[thread] = term_sum;
    // Nobody may overwrite d[k, m] before everybody has read it.
    workgroupBarrier();
    let first = class_lane * LANE_THREADS;
    for (var part = 0u; part < LANE_THREADS; part++) {
      shift = max(shift, shifts[first + part]);
    }
    ablated_sum = 0.0;
    term_sum = 0.0;
    for (var part = 0u; part < LANE_THREADS; part++) {
      let scale = exp(shifts[first + part] - shift);
      ablated_sum += ablated_sums[first + part] * scale;
      term_sum += term_sums[first + part] * scale;
    }
  }

  if (is_class_channel) {
    var norm = 0.0;
    if (is_slope) {
      for (var part = 0u; part < LANE_THREADS; part++) {
        norm += norm_sums[part * CHANNEL_LANES + class_lane];
      }
      norm = select(sqrt(norm), norm, params.weighting == WEIGHTING_SLOPE_L1);
    }
    let weights_base = params.inputs * params.channels * params.classes + row_base;
    for (var c = index; c < params.classes; c += LANE_THREADS) {
      let z = logits[logit_base + c];
      let d = result[row_base + c];
      var score = z;
      var ablated = z - d;
      var relative_drop = 0.0;
      if (SCORE == SCORE_SOFTMAX) {
        let e = z - z_m;
        let v = d_m - d;
        score = exp(e) / logit_sum;
        ablated = exp(e + v - shift) / ablated_sum;
        // (y T - t_c) / (y S), where t_c / y = logit_sum (exp(v - shift) - exp(-shift)).
        // A class of vanishing probability may gain more than a float32 holds: its exponent is capped at 80.
        relative_drop = (term_sum - logit_sum * softmax_term(0.0, min(v, shift + 80.0), shift)) / ablated_sum;
      } else if (SCORE == SCORE_SIGMOID) {
        score = sigmoid(z);
        ablated = sigmoid(z - d);
        relative_drop = sigmoid_relative_drop(z, d);
      } else if (z != 0.0) {
        relative_drop = d / abs(z);
      }
      var weight = relative_drop;
      if (is_slope) {
        let drop = select(relative_drop * score, d, SCORE == SCORE_LOGIT);
        weight = select(0.0, drop / norm, norm > 0.0);
      }
      result[row_base + c] = ablated;
      result[weights_base + c] = weight;
    }
  }
  if (workgroup.x == 0u && thread == 0u) {
    result[2u * params.inputs * params.channels * params.classes + input] = f32(m);
  }
}
