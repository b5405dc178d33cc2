// The maps of N inputs and M classes each, as `weighted-map.wgsl`: a row of threads takes a position and up to four classes and
// shares out the channels, so that neighbouring threads read neighbouring channels.
// Grid: tiles of positions, then groups of four classes, then inputs, one after the other.

const LARGEST = 0x1.fffffep+127f;

struct Params {
  channels: u32,
  positions: u32,
  maps: u32,
  inputs: u32,
  tiles: u32, // of positions
  groups: u32, // of four classes
  lanes: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> activation: array<f32>; // [N, positions, K]
// weights [N, M, K], map_signed [N, M, positions], map [N, M, positions]
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

fn in_range(x: vec4<f32>) -> vec4<f32> {
  return clamp(x, vec4(-LARGEST), vec4(LARGEST));
}

fn run(number: u32, local: u32) {
  let lanes = params.lanes;
  let lane = local % lanes;
  let position = number % params.tiles * (THREADS / lanes) + local / lanes;
  let input = number / params.tiles / params.groups;
  let first_map = number / params.tiles % params.groups * 4u;
  let has_work = position < params.positions && input < params.inputs;
  // A row without work reads what another does: all threads meet at the barriers.
  let own_input = select(0u, input, has_work);
  let activation_base = (own_input * params.positions + select(0u, position, has_work)) * params.channels;
  // Of a map that does not exist, those of the last one.
  let maps = min(first_map + vec4(0u, 1u, 2u, 3u), vec4(params.maps - 1u));
  let rows = (own_input * params.maps + maps) * params.channels;
  var sums = vec4(0.0);
  for (var k = lane; k < params.channels; k += lanes) {
    let at = rows + k;
    let weights = vec4(result[at.x], result[at.y], result[at.z], result[at.w]);
    sums = in_range(sums + in_range(weights * activation[activation_base + k]));
  }
  sums = row_sums(local, lanes, sums);
  let signed_base = params.inputs * params.maps * params.channels;
  let relu_base = signed_base + params.inputs * params.maps * params.positions;
  // The first four threads of a row store a map each; of fewer, the first stores all.
  let step = min(lanes, 4u);
  if (has_work && lane < step) {
    for (var offset = lane; offset < min(4u, params.maps - first_map); offset += step) {
      let sum = select(select(sums.x, sums.y, offset == 1u), select(sums.z, sums.w, offset == 3u), offset >= 2u);
      let at = (input * params.maps + first_map + offset) * params.positions + position;
      result[signed_base + at] = sum;
      result[relu_base + at] = max(0.0, sum);
    }
  }
}
