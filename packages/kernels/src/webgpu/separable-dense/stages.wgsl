// The stages f of a tail before its dense layer: a plane is pooled, then operations are applied to each element.

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
