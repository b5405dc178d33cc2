// Each row of threads is a thread, which has all of its sums: what `lanes.wgsl` shares out.

override THREADS = 64u;

fn row_sums(local: u32, lanes: u32, part: vec4<f32>) -> vec4<f32> {
  return part;
}

fn row_largest(local: u32, lanes: u32, part: vec4<f32>) -> vec4<f32> {
  return part;
}
