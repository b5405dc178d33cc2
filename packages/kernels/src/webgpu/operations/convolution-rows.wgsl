// What eight rows of a thread's tile of `convolution.wgsl` read of x, and the sums they add it to.

// Four rows: where their part of x starts, and the top left cell of their window.
struct Quad {
  start: vec4<u32>,
  top: vec4<i32>,
  left: vec4<i32>,
}

// Eight rows, the first four and the others, and where their input's part of x_off starts where that has one value a channel.
struct Quads {
  upper: Quad,
  lower: Quad,
  off_start: u32,
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
  off_start: u32,
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
  return Taps(tap_of(quads.upper, tap_y, tap_x), tap_of(quads.lower, tap_y, tap_x), quads.off_start);
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
