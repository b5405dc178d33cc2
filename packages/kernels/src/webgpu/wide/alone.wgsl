// Each row of threads is a thread, which has all of its sums: what `lanes.wgsl` shares out. Whoever uses it defines
//   fn run(number: u32, local: u32)      the number of the workgroup and that of the thread in it

override THREADS = 64u;

fn row_sums(local: u32, lanes: u32, part: vec4<f32>) -> vec4<f32> {
  return part;
}

fn row_largest(local: u32, lanes: u32, part: vec4<f32>) -> vec4<f32> {
  return part;
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  run(workgroup.y * workgroups.x + workgroup.x, local);
}
