// As `weights.wgsl`, of a kernel each of whose numbers 16 bits can hold: half as much is read. Bias and scale are in float32.

// Stored is 2^10 times the weight (`halves.ts`).
const OF_STORED = 0x1p-10;

@group(0) @binding(9) var<storage, read> weights: array<vec4<u32>>;

fn filters_at(at: u32) -> mat2x4<f32> {
  let halves = weights[at];
  return OF_STORED * mat2x4(
    vec4(unpack2x16float(halves.x), unpack2x16float(halves.y)),
    vec4(unpack2x16float(halves.z), unpack2x16float(halves.w)),
  );
}

fn eight_behind(kernel_size: u32, tile: u32) -> mat2x4<f32> {
  let at = kernel_size + 2u * tile;
  return mat2x4(bitcast<vec4<f32>>(weights[at]), bitcast<vec4<f32>>(weights[at + 1u]));
}

fn number_behind(kernel_size: u32, at: u32) -> f32 {
  return bitcast<f32>(weights[kernel_size + at / 4u][at % 4u]);
}
