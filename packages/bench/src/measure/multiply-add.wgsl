// The arithmetic ceiling: 4 independent chains of fused multiply-adds on 4 numbers a thread, nothing read.
// One step is 4 x 4 multiply-adds; the sum is stored so that no compiler leaves them out.

@group(0) @binding(0) var<storage, read_write> sums: array<f32>;

override STEPS: u32;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = vec4f(0.999, 0.998, 0.997, 0.996) + vec4f(f32(id.x) * 1e-9);
  let addend = vec4f(f32(id.x) * 1e-6);
  var a = vec4f(1.0);
  var b = vec4f(2.0);
  var c = vec4f(3.0);
  var d = vec4f(4.0);
  for (var step = 0u; step < STEPS; step++) {
    a = fma(a, factor, addend);
    b = fma(b, factor, addend);
    c = fma(c, factor, addend);
    d = fma(d, factor, addend);
  }
  let sum = a + b + c + d;
  sums[id.x] = sum.x + sum.y + sum.z + sum.w;
}
