// Two tensors element by element, broadcast: streams, or deltas F(bases) - F(bases - deltas) of operands with any label.
// With one operand the result is the operand. PReLU combines a tensor with its slopes.
//
// Layouts: base of an operand [inputs, elements of its shape]; off likewise, or its deltas
// [inputs, variants, positions of its shape, segment]. The first operand may be what y holds already.

const SAME = 0u;
const ONE_CHANNEL = 1u;
const ALL = 2u;
const IS_Y = 3u;

const ONLY_FIRST = 0u;
const ADD = 1u;
const SUBTRACT = 2u;
const MULTIPLY = 3u;
const MAXIMUM = 4u;
const MINIMUM = 5u;
const PRELU = 6u;

struct Operand {
  stride: vec4<u32>, // 0 along axes that are broadcast
  label: u32,
  elements: u32,
  channels: u32, // of its last axis
  segment_start: u32,
  segment_length: u32,
  owner_trailing: u32,
  owner_length: u32,
  owner_offset: u32,
  owner_multiplier: u32,
  has_base: u32,
  is_shared: u32, // one for all inputs
}

struct Params {
  shape: vec4<u32>, // of the whole result, ones in front
  first: Operand,
  second: Operand,
  combination: u32,
  factor: f32,
}

@group(0) @binding(1) var<uniform> params: Params;
@group(0) @binding(7) var<storage, read> first_base: array<f32>;
@group(0) @binding(8) var<storage, read> first_other: array<f32>;
@group(0) @binding(9) var<storage, read> second_base: array<f32>;
@group(0) @binding(10) var<storage, read> second_other: array<f32>;

// Nothing is added to a combination that could not be an operand.
fn addend_at(batch: u32, position: u32, channel: u32) -> vec4<f32> {
  return vec4(0.0);
}

fn elements_of(operand: Operand, position: u32, channels: vec4<u32>) -> vec4<u32> {
  let outer = position / params.shape.z;
  let place = vec3(outer / params.shape.y, outer % params.shape.y, position % params.shape.z);
  return dot(place, operand.stride.xyz) + channels * operand.stride.w;
}

fn input_of(operand: Operand, batch: u32) -> u32 {
  return select(batch / epilogue.variants, 0u, operand.is_shared != 0u);
}

// Where an operand's deltas lie; elements without one are left out.
struct Places {
  at: vec4<u32>,
  inside: vec4<bool>,
}

fn places_of(operand: Operand, batch: u32, elements: vec4<u32>) -> Places {
  if (operand.label == ONE_CHANNEL) {
    let cells = elements / operand.owner_trailing % operand.owner_length;
    let first = operand.owner_offset + variant_of(batch) * operand.owner_multiplier;
    // What lies before the first cell, which may be negative, is far behind the last one without a sign.
    let inside = cells - vec4(first) < vec4(operand.owner_multiplier);
    return Places(input_of(operand, batch) * operand.elements + elements, inside);
  }
  let channels = elements % operand.channels;
  let inside = (channels >= vec4(operand.segment_start))
    & (channels < vec4(operand.segment_start + operand.segment_length));
  let rows = operand.elements / operand.channels;
  let row = batch * rows + elements / operand.channels;
  return Places(row * operand.segment_length + select(vec4(0u), channels - operand.segment_start, inside), inside);
}

fn load_first(batch: u32, position: u32, channel: u32, channels: vec4<u32>) -> Cell {
  let elements = elements_of(params.first, position, channels);
  let base_at = input_of(params.first, batch) * params.first.elements + elements;
  var cell = Cell(vec4(0.0), vec4(0.0));
  if (params.first.has_base != 0u) {
    cell.base = vec4(first_base[base_at.x], first_base[base_at.y], first_base[base_at.z], first_base[base_at.w]);
  }
  if (params.first.label == IS_Y) {
    let row = (batch * epilogue.height * epilogue.width + position) * epilogue.channels;
    let at = neighbours(row + channel, row + epilogue.channels);
    let value = stored_at(at);
    if (epilogue.is_delta == 0u) {
      cell.base = value;
    } else {
      cell.delta = value;
    }
  } else if (params.first.label != SAME) {
    let places = places_of(params.first, batch, elements);
    let at = places.at;
    var other = vec4(first_other[at.x], first_other[at.y], first_other[at.z], first_other[at.w]);
    if (params.first.label == ONE_CHANNEL) {
      other = cell.base - other;
    }
    cell.delta = select(vec4(0.0), other, places.inside);
  }
  return cell;
}

fn load_second(batch: u32, position: u32, channels: vec4<u32>) -> Cell {
  let elements = elements_of(params.second, position, channels);
  let base_at = input_of(params.second, batch) * params.second.elements + elements;
  var cell = Cell(vec4(0.0), vec4(0.0));
  if (params.second.has_base != 0u) {
    cell.base = vec4(second_base[base_at.x], second_base[base_at.y], second_base[base_at.z], second_base[base_at.w]);
  }
  if (params.second.label != SAME) {
    let places = places_of(params.second, batch, elements);
    let at = places.at;
    var other = vec4(second_other[at.x], second_other[at.y], second_other[at.z], second_other[at.w]);
    if (params.second.label == ONE_CHANNEL) {
      other = cell.base - other;
    }
    cell.delta = select(vec4(0.0), other, places.inside);
  }
  return cell;
}

fn combine_cells(a: Cell, b: Cell) -> Cell {
  switch (params.combination) {
    case ADD: { return Cell(a.base + b.base, a.delta + b.delta); }
    case SUBTRACT: { return Cell(a.base - b.base, a.delta - b.delta); }
    case MULTIPLY: { return Cell(a.base * b.base, a.base * b.delta + a.delta * b.base - a.delta * b.delta); }
    case MAXIMUM: {
      return pooled_cell(pool_cell(pool_cell(empty_pool(POOL_MAX), POOL_MAX, a), POOL_MAX, b), POOL_MAX);
    }
    case MINIMUM: {
      let pool = pool_cell(empty_pool(POOL_MAX), POOL_MAX, Cell(-a.base, -a.delta));
      let least = pooled_cell(pool_cell(pool, POOL_MAX, Cell(-b.base, -b.delta)), POOL_MAX);
      return Cell(-least.base, -least.delta);
    }
    case PRELU: {
      let ablated = a.base - a.delta;
      let slope = select(b.base, vec4(1.0), a.base >= vec4(0.0));
      let ablated_slope = select(b.base, vec4(1.0), ablated >= vec4(0.0));
      return Cell(slope * a.base, slope * a.delta + (slope - ablated_slope) * ablated);
    }
    default: { return a; }
  }
}

fn value_at(batch: u32, position: u32, channel: u32) -> vec4<f32> {
  let channels = neighbours(epilogue.first_channel + channel, epilogue.whole_channels);
  var cell = load_first(batch, position, channel, channels);
  if (params.combination != ONLY_FIRST) {
    cell = combine_cells(cell, load_second(batch, position, channels));
  }
  return params.factor * select(cell.base, cell.delta, epilogue.is_delta != 0u);
}
