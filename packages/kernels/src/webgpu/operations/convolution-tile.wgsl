// A thread's tile of `convolution.wgsl`: what its rows read of x, and the sums they add it to.

// Four rows: where their part of x starts, and the top left cell of their window.
struct Quad {
  start: vec4<u32>,
  top: vec4<i32>,
  left: vec4<i32>,
}

// Eight rows, the first four and the others.
struct Quads {
  upper: Quad,
  lower: Quad,
}

fn quad_of(start: vec4<u32>, a: vec2<i32>, b: vec2<i32>, c: vec2<i32>, d: vec2<i32>) -> Quad {
  return Quad(
    start,
    vec4(a.x, b.x, c.x, d.x) * params.stride_y - params.pad_top,
    vec4(a.y, b.y, c.y, d.y) * params.stride_x - params.pad_left,
  );
}

// Where four rows find a tap in x, channel 0. Cells of padding are zero: `kept` has no bits for them, which is one
// operation a value where a select would be several on a CPU.
struct Tap {
  at: vec4<u32>,
  kept: vec4<u32>,
}

// Of eight rows, the first four and the others.
struct Taps {
  upper: Tap,
  lower: Tap,
}

fn tap_of(quad: Quad, tap_y: u32, tap_x: u32) -> Tap {
  let row = quad.top + vec4(i32(tap_y) * params.dilation_y);
  let column = quad.left + vec4(i32(tap_x) * params.dilation_x);
  let inside =
    (row >= vec4(0)) & (row < vec4(params.x_height)) & (column >= vec4(0)) & (column < vec4(params.x_width));
  let at = quad.start + vec4<u32>(row * params.x_width + column) * params.x_channels;
  let kept = select(vec4(0u), vec4(0xffffffffu), inside);
  return Tap(at & kept, kept);
}

fn taps_of(quads: Quads, tap_y: u32, tap_x: u32) -> Taps {
  return Taps(tap_of(quads.upper, tap_y, tap_x), tap_of(quads.lower, tap_y, tap_x));
}

fn load_rows(tap: Tap, channel: u32) -> vec4<f32> {
  let at = tap.at + channel;
  var values = vec4(x[at.x], x[at.y], x[at.z], x[at.w]);
  if (CONTRIBUTES) {
    values -= vec4(x_off[at.x], x_off[at.y], x_off[at.z], x_off[at.w]);
  }
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(values) & tap.kept);
}

// The first of them.
fn load_row(tap: Tap, channel: u32) -> f32 {
  let at = tap.at.x + channel;
  var value = x[at];
  if (CONTRIBUTES) {
    value -= x_off[at];
  }
  return bitcast<f32>(bitcast<u32>(value) & tap.kept.x);
}

// Of eight rows. Not an array: one with a computed index stays in memory.
struct Sums {
  row0: mat2x4<f32>,
  row1: mat2x4<f32>,
  row2: mat2x4<f32>,
  row3: mat2x4<f32>,
  row4: mat2x4<f32>,
  row5: mat2x4<f32>,
  row6: mat2x4<f32>,
  row7: mat2x4<f32>,
}

// There is no test for zeros: the sums would have to be kept on both of its ways, which costs a CPU more than it saves.
fn add_rows(sums: ptr<function, Sums>, taps: Taps, channel: u32, w: mat2x4<f32>) {
  let a = load_rows(taps.upper, channel);
  let b = load_rows(taps.lower, channel);
  (*sums).row0 += a.x * w;
  (*sums).row1 += a.y * w;
  (*sums).row2 += a.z * w;
  (*sums).row3 += a.w * w;
  (*sums).row4 += b.x * w;
  (*sums).row5 += b.y * w;
  (*sums).row6 += b.z * w;
  (*sums).row7 += b.w * w;
}

fn add_channel(
  sums: ptr<function, Sums>,
  further_sums: ptr<function, Sums>,
  taps: Taps,
  further_taps: Taps,
  channel: u32,
  w: mat2x4<f32>,
) {
  if (IS_SINGLE) {
    (*sums).row0 += load_row(taps.upper, channel) * w;
    return;
  }
  add_rows(sums, taps, channel, w);
  if (IS_TALL) {
    add_rows(further_sums, further_taps, channel, w);
  }
}

fn all_of(sums: Sums) -> array<mat2x4<f32>, 8> {
  return array(sums.row0, sums.row1, sums.row2, sums.row3, sums.row4, sums.row5, sums.row6, sums.row7);
}
