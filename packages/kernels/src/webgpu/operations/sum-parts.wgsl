// Adds up the parts of a convolution's sums, then bias and what other weights gave:
//
//   result[b, p, f] = bias[f] + partial[b, p, f] + sum over parts s of x[s, b, p, f]
//
// Layouts: x [parts, batches, positions, filters]; partial as x without parts, or what y holds already.

const PARTIAL_IS_BUFFER = 1u;
const PARTIAL_IS_Y = 2u;

struct Params {
  parts: u32,
  has_bias: u32,
  bias_at: u32,
  partial: u32,
}

@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(7) var<storage, read> x: array<f32>;
@group(0) @binding(8) var<storage, read> partial: array<f32>;

fn value_at(batch: u32, position: u32, channel: u32) -> vec4<f32> {
  let positions = epilogue.height * epilogue.width;
  let row = (batch * positions + position) * epilogue.channels;
  let at = neighbours(row + channel, row + epilogue.channels);
  let part = epilogue.inputs * epilogue.variants * positions * epilogue.channels;
  var sum = vec4(0.0);
  if (params.has_bias != 0u) {
    sum = constants_at(neighbours(channel, epilogue.channels) + params.bias_at);
  }
  if (params.partial == PARTIAL_IS_BUFFER) {
    sum += vec4(partial[at.x], partial[at.y], partial[at.z], partial[at.w]);
  } else if (params.partial == PARTIAL_IS_Y) {
    sum += stored_at(at);
  }
  var first = 0u;
  for (var i = 0u; i < params.parts; i++) {
    let of_part = at + first;
    sum += vec4(x[of_part.x], x[of_part.y], x[of_part.z], x[of_part.w]);
    first += part;
  }
  return sum;
}
