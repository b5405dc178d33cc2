// Runs of channels that start or end anywhere: one channel a turn.

fn add_run(sums: ptr<function, Sums>, taps: Taps, first: u32, end: u32, weights_at: u32, stride: u32) {
  var at = weights_at;
  for (var c = first; c < end; c++) {
    if (IS_SINGLE) {
      (*sums).row0 += load_row(taps, c) * filters_at(at);
    } else {
      add_rows(sums, taps, c, filters_at(at));
    }
    at += stride;
  }
}
