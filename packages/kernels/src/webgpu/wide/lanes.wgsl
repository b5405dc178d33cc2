// Threads of a workgroup in rows of `lanes`, a power of two, each of which works on one thing and shares out its sums.
// Whoever uses this defines
//   fn run(number: u32, local: u32)      the number of the workgroup and that of the thread in it
// and calls `row_sums` and `row_largest` where all threads of the workgroup do.

override THREADS = 64u;

var<workgroup> handed: array<vec4<f32>, THREADS>;

// The sums of what a row's threads have, kept within the range of float32, in each of them.
fn row_sums(local: u32, lanes: u32, part: vec4<f32>) -> vec4<f32> {
  handed[local] = part;
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local % lanes < half) {
      handed[local] = clamp(handed[local] + handed[local + half], vec4(-LARGEST), vec4(LARGEST));
    }
  }
  workgroupBarrier();
  let sums = handed[local - local % lanes];
  // Nobody may overwrite them before everybody has read them.
  workgroupBarrier();
  return sums;
}

// Likewise the largest.
fn row_largest(local: u32, lanes: u32, part: vec4<f32>) -> vec4<f32> {
  handed[local] = part;
  for (var half = lanes / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local % lanes < half) {
      handed[local] = max(handed[local], handed[local + half]);
    }
  }
  workgroupBarrier();
  let largest = handed[local - local % lanes];
  workgroupBarrier();
  return largest;
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  run(workgroup.y * workgroups.x + workgroup.x, local);
}
