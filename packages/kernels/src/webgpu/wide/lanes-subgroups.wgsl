enable subgroups;
requires subgroup_id;
// How many threads go together, the same for all of a workgroup, is nothing that a compiler can know.
diagnostic(off, subgroup_uniformity);

// As `lanes.wgsl`, where threads of a subgroup hand sums over without memory and barriers: those of a row or, of longer rows, a part
// of it, whose sums then meet in memory. Threads are numbered by their subgroups, since nothing else says which are in one.

override THREADS = 64u;

var<workgroup> handed: array<vec4<f32>, THREADS>;
var<private> subgroup_threads: u32;

// The sums of what a row's threads have, kept within the range of float32, in each of them.
fn row_sums(local: u32, lanes: u32, part: vec4<f32>) -> vec4<f32> {
  let together = min(lanes, subgroup_threads);
  var sums = part;
  for (var distance = 1u; distance < together; distance *= 2u) {
    sums = clamp(sums + subgroupShuffleXor(sums, distance), vec4(-LARGEST), vec4(LARGEST));
  }
  let row = hand_over(local, lanes, sums);
  sums = handed[row];
  for (var other = together; other < lanes; other += together) {
    sums = clamp(sums + handed[row + other], vec4(-LARGEST), vec4(LARGEST));
  }
  // Nobody may overwrite them before everybody has read them.
  workgroupBarrier();
  return sums;
}

// Likewise the largest.
fn row_largest(local: u32, lanes: u32, part: vec4<f32>) -> vec4<f32> {
  let together = min(lanes, subgroup_threads);
  var largest = part;
  for (var distance = 1u; distance < together; distance *= 2u) {
    largest = max(largest, subgroupShuffleXor(largest, distance));
  }
  let row = hand_over(local, lanes, largest);
  largest = handed[row];
  for (var other = together; other < lanes; other += together) {
    largest = max(largest, handed[row + other]);
  }
  workgroupBarrier();
  return largest;
}

// Where the row's first thread has left its own.
fn hand_over(local: u32, lanes: u32, own: vec4<f32>) -> u32 {
  handed[local] = own;
  workgroupBarrier();
  return local - local % lanes;
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) workgroup: vec3<u32>,
  @builtin(num_workgroups) workgroups: vec3<u32>,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_invocation_id) invocation: u32,
  @builtin(subgroup_size) size: u32,
) {
  subgroup_threads = size;
  run(workgroup.y * workgroups.x + workgroup.x, subgroup * size + invocation);
}
