// How the threads of a workgroup meet and add up their parts.

// Waits until all threads of the workgroup are here and what they wrote can be read.
fn meet() {
  if (!IS_LANE_ONE_THREAD) {
    storageBarrier();
    workgroupBarrier();
  }
}

// One channel's sum over all rows, from every row's part.
fn sum_of_rows(part: f32, thread: u32, lane: u32) -> f32 {
  if (IS_LANE_ONE_THREAD) {
    return part;
  }
  plane_sums[thread] = part;
  workgroupBarrier();
  var sum = 0.0;
  for (var row = 0u; row < LANE_THREADS; row++) {
    sum += plane_sums[row * CHANNEL_LANES + lane];
  }
  // Nobody may overwrite a part before everybody has read it.
  workgroupBarrier();
  return sum;
}

// Likewise the largest.
fn largest_of_rows(part: f32, thread: u32, lane: u32) -> f32 {
  if (IS_LANE_ONE_THREAD) {
    return part;
  }
  plane_sums[thread] = part;
  workgroupBarrier();
  var largest = LOWEST;
  for (var row = 0u; row < LANE_THREADS; row++) {
    largest = max(largest, plane_sums[row * CHANNEL_LANES + lane]);
  }
  workgroupBarrier();
  return largest;
}

// f(r_k) of the lane that a thread takes when it has classes at hand.
fn off_of(lane: u32, own: f32) -> f32 {
  if (IS_LANE_ONE_THREAD) {
    return own;
  }
  return off_outputs[lane];
}
