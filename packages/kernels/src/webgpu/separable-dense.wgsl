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
// needs a sum adds the LANE_THREADS parts itself. Where a CPU plays the GPU a lane is one thread: there is nothing to hand
// over and no barrier, which there costs a switch for every thread, and W lies with its channels side by side.
// Grid: (ceil(K / CHANNEL_LANES), N).

const CHANNEL_LANES = 8u;
// 256 on hardware, CHANNEL_LANES where a CPU plays the GPU.
override THREADS = 256u;
override LANE_THREADS = THREADS / CHANNEL_LANES;
override IS_LANE_ONE_THREAD = LANE_THREADS == 1u;

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
  kernel_channel: u32, // from a channel's weight to the next one's, and from a class's
  kernel_class: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> program: array<u32>;
// Scales and shifts of affine operations, then the ablation values.
@group(0) @binding(2) var<storage, read> channel_values: array<f32>;
@group(0) @binding(3) var<storage, read> activation: array<f32>; // [N, positions, K]
@group(0) @binding(4) var<storage, read> kernel: array<f32>; // [features, K, C], or [features, C, K]
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

// Four outputs: their reads do not wait for each other.
fn run_stage_of_four(stage: Stage, plane: Plane, outputs: vec4<u32>, channel: u32) -> vec4<f32> {
  return vec4(
    run_stage(stage, plane, outputs.x, channel),
    run_stage(stage, plane, outputs.y, channel),
    run_stage(stage, plane, outputs.z, channel),
    run_stage(stage, plane, outputs.w, channel),
  );
}

// f(A_k)[p] - f(r_k) for the feature p at `at`.
fn load_change(at: u32, off: f32) -> f32 {
  if (IS_DIRECT) {
    return activation[at] - off;
  }
  return scratch[at];
}

// The predicted class, its logit, and sum_c exp(z_c - z_m).
struct Base {
  class_index: u32,
  logit: f32,
  sum: f32,
}

fn logits_at(base: u32, classes: vec4<u32>) -> vec4<f32> {
  let at = base + classes;
  return vec4(logits[at.x], logits[at.y], logits[at.z], logits[at.w]);
}

fn drops_at(row: u32, classes: vec4<u32>) -> vec4<f32> {
  let at = row + classes;
  return vec4(result[at.x], result[at.y], result[at.z], result[at.w]);
}

// Writes values to the places of a row that are classes.
fn store_classes(row: u32, first: u32, values: vec4<f32>) {
  let classes = first + vec4(0u, 1u, 2u, 3u) * LANE_THREADS;
  if (classes.x < params.classes) {
    result[row + classes.x] = values.x;
  }
  if (classes.y < params.classes) {
    result[row + classes.y] = values.y;
  }
  if (classes.z < params.classes) {
    result[row + classes.z] = values.z;
  }
  if (classes.w < params.classes) {
    result[row + classes.w] = values.w;
  }
}

// Four classes' weights of the feature whose row begins at `row`.
fn weights_at(row: u32, columns: vec4<u32>) -> vec4<f32> {
  let at = row + columns;
  return vec4(kernel[at.x], kernel[at.y], kernel[at.z], kernel[at.w]);
}

// The same of every LANE_THREADS-th class.
fn summarise_logits(part: u32, input: u32) -> Base {
  let base = input * params.classes;
  var best = vec4(LOWEST);
  var best_classes = vec4(params.classes - 1u);
  for (var c = part; c < params.classes; c += 4u * LANE_THREADS) {
    let classes = classes_from(c, LANE_THREADS, params.classes);
    let z = logits_at(base, classes);
    best_classes = select(best_classes, classes, z > best);
    best = max(best, z);
  }
  let largest = largest_of(best);
  // The first class of those with the largest logit.
  let firsts = select(vec4(0xffffffffu), best_classes, best == vec4(largest));
  let best_class = min(min(firsts.x, firsts.y), min(firsts.z, firsts.w));
  var sums = vec4(0.0);
  for (var c = part; c < params.classes; c += 4u * LANE_THREADS) {
    let z = logits_at(base, classes_from(c, LANE_THREADS, params.classes));
    sums += select(vec4(0.0), exp(z - largest), are_classes(c, LANE_THREADS, params.classes));
  }
  return Base(best_class, largest, sum_of(sums));
}

fn base_of_parts() -> Base {
  var m = best_classes[0];
  var z_m = best_logits[0];
  for (var part = 1u; part < LANE_THREADS; part++) {
    let z = best_logits[part];
    if (z > z_m || (z == z_m && best_classes[part] < m)) {
      z_m = z;
      m = best_classes[part];
    }
  }
  var sum = 0.0;
  for (var part = 0u; part < LANE_THREADS; part++) {
    sum += logit_sums[part] * exp(best_logits[part] - z_m);
  }
  return Base(m, z_m, sum);
}

// Waits until all threads of the workgroup are here and what they wrote can be read.
fn meet() {
  if (!IS_LANE_ONE_THREAD) {
    storageBarrier();
    workgroupBarrier();
  }
}

// One channel's sum over all rows, from every row's part.
fn sum_of_rows(part: f32, thread: u32, lane: u32) -> f32 {
  if (IS_LANE_ONE_THREAD) {
    return part;
  }
  plane_sums[thread] = part;
  workgroupBarrier();
  var sum = 0.0;
  for (var row = 0u; row < LANE_THREADS; row++) {
    sum += plane_sums[row * CHANNEL_LANES + lane];
  }
  // Nobody may overwrite a part before everybody has read it.
  workgroupBarrier();
  return sum;
}

// Likewise the largest.
fn largest_of_rows(part: f32, thread: u32, lane: u32) -> f32 {
  if (IS_LANE_ONE_THREAD) {
    return part;
  }
  plane_sums[thread] = part;
  workgroupBarrier();
  var largest = LOWEST;
  for (var row = 0u; row < LANE_THREADS; row++) {
    largest = max(largest, plane_sums[row * CHANNEL_LANES + lane]);
  }
  workgroupBarrier();
  return largest;
}

// f(r_k) of the lane that a thread takes when it has classes at hand.
fn off_of(lane: u32, own: f32) -> f32 {
  if (IS_LANE_ONE_THREAD) {
    return own;
  }
  return off_outputs[lane];
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

  var base = summarise_logits(thread % LANE_THREADS, input);
  if (!IS_LANE_ONE_THREAD && thread < LANE_THREADS) {
    best_logits[thread] = base.logit;
    best_classes[thread] = base.class_index;
    logit_sums[thread] = base.sum;
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

  // Contributions to the logits. `ablated_scores` holds d[k, c] until the scores replace it.
  let class_lane = thread / LANE_THREADS;
  let class_channel = workgroup.x * CHANNEL_LANES + class_lane;
  let is_class_channel = class_channel < params.channels;
  let index = thread % LANE_THREADS;
  let class_off = off_of(class_lane, off);
  let row_base = (input * params.channels + class_channel) * params.classes;
  // Where the features of this thread's channel lie, one after the other.
  var features = Plane(false, features_base + class_lane, CHANNEL_LANES);
  if (IS_DIRECT) {
    features = Plane(true, input * params.positions * params.channels + class_channel, params.channels);
  }
  if (IS_LANE_ONE_THREAD || params.class_lanes == LANE_THREADS) {
    // Four classes at a time, so that a change is read once for all four and their weights are on the way together.
    if (is_class_channel) {
      let step = params.channels * params.classes;
      let first_row = class_channel * params.kernel_channel;
      for (var c = index; c < params.classes; c += 4u * LANE_THREADS) {
        let columns = classes_from(c, LANE_THREADS, params.classes) * params.kernel_class;
        var sums = vec4(0.0);
        // And four features, then those that are left.
        var feature = 0u;
        for (; feature + 4u <= params.features; feature += 4u) {
          let rows = first_row + (feature + vec4(0u, 1u, 2u, 3u)) * step;
          let change_at = features.base + (feature + vec4(0u, 1u, 2u, 3u)) * features.stride;
          sums += load_change(change_at.x, class_off) * weights_at(rows.x, columns)
            + load_change(change_at.y, class_off) * weights_at(rows.y, columns)
            + load_change(change_at.z, class_off) * weights_at(rows.z, columns)
            + load_change(change_at.w, class_off) * weights_at(rows.w, columns);
        }
        for (; feature < params.features; feature++) {
          sums += load_change(features.base + feature * features.stride, class_off)
            * weights_at(first_row + feature * step, columns);
        }
        store_classes(row_base, c, sums);
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
  let logit_sum = base.sum;

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
      var shifts = vec4(0.0);
      for (var c = index; c < params.classes; c += 4u * LANE_THREADS) {
        let classes = classes_from(c, LANE_THREADS, params.classes);
        let v = d_m - drops_at(row_base, classes);
        shifts = max(shifts, logits_at(logit_base, classes) - z_m + v);
      }
      shift = largest_of(shifts);
      var ablated_sums = vec4(0.0);
      var term_sums = vec4(0.0);
      for (var c = index; c < params.classes; c += 4u * LANE_THREADS) {
        let classes = classes_from(c, LANE_THREADS, params.classes);
        let are_real = are_classes(c, LANE_THREADS, params.classes);
        let e = logits_at(logit_base, classes) - z_m;
        let v = d_m - drops_at(row_base, classes);
        ablated_sums += select(vec4(0.0), exp(e + v - shift), are_real);
        term_sums += select(vec4(0.0), softmax_terms(e, v, shift), are_real);
      }
      ablated_sum = sum_of(ablated_sums);
      term_sum = sum_of(term_sums);
    }
    if (!IS_LANE_ONE_THREAD) {
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
  }

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
    let weights_base = params.inputs * params.channels * params.classes + row_base;
    let softmax = Softmax(z_m, d_m, logit_sum, shift, ablated_sum, term_sum);
    for (var c = index; c < params.classes; c += 4u * LANE_THREADS) {
      let classes = classes_from(c, LANE_THREADS, params.classes);
      let d = drops_at(row_base, classes);
      let scores = scores_of(SCORE, softmax, logits_at(logit_base, classes), d);
      var weights = scores.relative_drop;
      if (is_slope) {
        weights = slopes_of(SCORE, scores, d, norm);
      }
      store_classes(row_base, c, scores.ablated);
      store_classes(weights_base, c, weights);
    }
  }
  if (workgroup.x == 0u && thread == 0u) {
    result[2u * params.inputs * params.channels * params.classes + input] = f32(m);
  }
}
