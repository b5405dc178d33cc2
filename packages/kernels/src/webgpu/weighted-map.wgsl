// The maps of N inputs and M classes each:
//
//   map_signed[n, j, p] = sum_k w[n, j, k] A[n, p, k],   map = max(0, map_signed)
//
// A thread takes one position and up to four classes, so that an activation is read once for all four; the threads of a
// workgroup read the same weights at the same time. A single map takes four channels a step, whose reads do not wait for each
// other (and where a CPU plays the GPU a turn of a loop costs more than what is done in it).
// A weight may stand at an end of the range of float32: sums are kept within it, or two infinite ones would make no number.
// Grid: tiles of positions, then groups of four classes, then inputs, one after the other.

const CLASSES_PER_THREAD = 4u;
// Whether every input has one map. Software adapters run both branches of an `if` they cannot decide when compiling.
override IS_SINGLE = false;
override THREADS = 64u;
const LARGEST = 0x1.fffffep+127f;

struct Params {
  channels: u32,
  positions: u32,
  maps: u32,
  inputs: u32,
  tiles: u32, // of positions
  groups: u32, // of four classes
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> activation: array<f32>; // [N, positions, K]
// weights [N, M, K], map_signed [N, M, positions], map [N, M, positions]
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

fn in_range(x: vec4<f32>) -> vec4<f32> {
  return clamp(x, vec4(-LARGEST), vec4(LARGEST));
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let number = workgroup.y * workgroups.x + workgroup.x;
  let position = number % params.tiles * THREADS + local;
  let input = number / params.tiles / params.groups;
  if (position >= params.positions || input >= params.inputs) {
    return;
  }
  let first_map = number / params.tiles % params.groups * CLASSES_PER_THREAD;
  let activation_base = (input * params.positions + position) * params.channels;
  // Of a map that does not exist, those of the last one.
  let maps = min(first_map + vec4(0u, 1u, 2u, 3u), vec4(params.maps - 1u));
  let rows = (input * params.maps + maps) * params.channels;
  var sums = vec4(0.0);
  if (IS_SINGLE) {
    for (var k = 0u; k < params.channels; k += 4u) {
      let channels = vec4(k) + vec4(0u, 1u, 2u, 3u);
      let at = min(channels, vec4(params.channels - 1u));
      let of_weights = rows.x + at;
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
      // Four sums, which meet at the end.
      sums = in_range(sums + in_range(weights * select(vec4(0.0), values, channels < vec4(params.channels))));
    }
    let pair = in_range(vec4(sums.xy + sums.zw, 0.0, 0.0));
    sums.x = in_range(vec4(pair.x + pair.y)).x;
  } else {
    for (var k = 0u; k < params.channels; k++) {
      let of_weights = rows + k;
      let weights = vec4(
        result[of_weights.x],
        result[of_weights.y],
        result[of_weights.z],
        result[of_weights.w],
      );
      sums = in_range(sums + in_range(weights * activation[activation_base + k]));
    }
  }
  let signed_base = params.inputs * params.maps * params.channels;
  let relu_base = signed_base + params.inputs * params.maps * params.positions;
  for (var offset = 0u; offset < min(CLASSES_PER_THREAD, params.maps - first_map); offset++) {
    let at = (input * params.maps + first_map + offset) * params.positions + position;
    result[signed_base + at] = sums[offset];
    result[relu_base + at] = max(0.0, sums[offset]);
  }
}
