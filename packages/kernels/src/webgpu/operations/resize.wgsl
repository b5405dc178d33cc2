// Resampling of two position axes (`ResizeOperation`): cell n of an axis reads the source at s, which is
// max(0, n * factor + shift) / divisor, nearest below or linearly between floor(s) and min(ceil(s), length - 1).
//
// Layouts: x [batches, height, width, channels].

// An axis of the source.
struct Axis {
  length: i32,
  factor: i32,
  shift: i32,
  divisor: i32,
}

struct Params {
  rows: Axis,
  columns: Axis,
  is_bilinear: u32,
}

@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(7) var<storage, read> x: array<f32>;

// Two neighbouring cells and how far it is from the first to the second.
struct Place {
  first: u32,
  second: u32,
  weight: f32,
}

fn place_of(n: u32, axis: Axis) -> Place {
  let place = max(i32(n) * axis.factor + axis.shift, 0);
  let second = min((place + axis.divisor - 1) / axis.divisor, axis.length - 1);
  return Place(
    u32(place / axis.divisor),
    u32(second),
    f32(place % axis.divisor) / f32(axis.divisor),
  );
}

fn load_cell(batch: u32, row: u32, column: u32, channel: u32) -> vec4<f32> {
  let line = batch * u32(params.rows.length) + row;
  let start = (line * u32(params.columns.length) + column) * epilogue.channels;
  let at = neighbours(start + channel, start + epilogue.channels);
  return vec4(x[at.x], x[at.y], x[at.z], x[at.w]);
}

fn value_at(batch: u32, position: u32, channel: u32) -> vec4<f32> {
  let row = place_of(position / epilogue.width, params.rows);
  let column = place_of(position % epilogue.width, params.columns);
  let corner = load_cell(batch, row.first, column.first, channel);
  if (params.is_bilinear == 0u) {
    return corner;
  }
  let upper = mix(corner, load_cell(batch, row.first, column.second, channel), column.weight);
  let lower = mix(
    load_cell(batch, row.second, column.first, channel),
    load_cell(batch, row.second, column.second, channel),
    column.weight,
  );
  return mix(upper, lower, row.weight);
}
