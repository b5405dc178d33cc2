// The maps of N inputs and M classes each:
//
//   map_signed[n, j, p] = sum_k w[n, k, c_j] A[n, p, k],   map = max(0, map_signed)
//
// A thread takes one position and up to four classes, so that an activation is read once for all four; the threads of a
// workgroup read the same weights at the same time. A single map takes four channels a step, whose reads do not wait for each
// other (and where a CPU plays the GPU a turn of a loop costs more than what is done in it).
// Grid: (ceil(positions / 64 / blocks), ceil(M / 4), N * blocks).

const CLASSES_PER_THREAD = 4u;
// Whether every input has one map. Software adapters run both branches of an `if` they cannot decide when compiling.
override IS_SINGLE = false;
const CLASS_PREDICTED = 0xffffffffu;

struct Params {
  channels: u32,
  positions: u32,
  classes: u32,
  maps: u32,
  inputs: u32,
  position_blocks: u32, // 1, except for maps of millions of positions
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> activation: array<f32>; // [N, positions, K]
// ablated_scores [N, K, C], weights [N, K, C], predicted class [N], map_signed [N, M, positions], map [N, M, positions]
@group(0) @binding(2) var<storage, read_write> result: array<f32>;
@group(0) @binding(3) var<storage, read> class_indices: array<u32>; // [M]

// The class of map `map`; the last map's class where there is no such map.
fn class_of(map: u32, input: u32) -> u32 {
  let class_index = class_indices[min(map, params.maps - 1u)];
  if (class_index == CLASS_PREDICTED) {
    return u32(result[2u * params.inputs * params.channels * params.classes + input]);
  }
  return class_index;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let input = workgroup.z / params.position_blocks;
  let block = workgroup.z % params.position_blocks;
  let position = (block * workgroups.x + workgroup.x) * 64u + local;
  if (position >= params.positions) {
    return;
  }
  let first_map = workgroup.y * CLASSES_PER_THREAD;
  let classes = vec4(
    class_of(first_map, input),
    class_of(first_map + 1u, input),
    class_of(first_map + 2u, input),
    class_of(first_map + 3u, input),
  );
  let activation_base = (input * params.positions + position) * params.channels;
  var weights_at = (params.inputs * params.channels + input * params.channels) * params.classes;
  var sums = vec4(0.0);
  if (IS_SINGLE) {
    for (var k = 0u; k < params.channels; k += 4u) {
      let channels = vec4(k) + vec4(0u, 1u, 2u, 3u);
      let at = min(channels, vec4(params.channels - 1u));
      let of_weights = weights_at + classes.x + at * params.classes;
      let of_activation = activation_base + at;
      let weights = vec4(
        result[of_weights.x],
        result[of_weights.y],
        result[of_weights.z],
        result[of_weights.w],
      );
      let values = vec4(
        activation[of_activation.x],
        activation[of_activation.y],
        activation[of_activation.z],
        activation[of_activation.w],
      );
      sums.x += dot(weights, select(vec4(0.0), values, channels < vec4(params.channels)));
    }
  } else {
    for (var k = 0u; k < params.channels; k++) {
      let weights = vec4(
        result[weights_at + classes.x],
        result[weights_at + classes.y],
        result[weights_at + classes.z],
        result[weights_at + classes.w],
      );
      sums += weights * activation[activation_base + k];
      weights_at += params.classes;
    }
  }
  let signed_base = params.inputs * (2u * params.channels * params.classes + 1u);
  let relu_base = signed_base + params.inputs * params.maps * params.positions;
  for (var offset = 0u; offset < min(CLASSES_PER_THREAD, params.maps - first_map); offset++) {
    let at = (input * params.maps + first_map + offset) * params.positions + position;
    result[signed_base + at] = sums[offset];
    result[relu_base + at] = max(0.0, sums[offset]);
  }
}
