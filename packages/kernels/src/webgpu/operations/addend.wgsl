// The tensor that an epilogue adds: the delta of a one-channel tensor or one of its own for each variant.

const ADDEND_ONE_CHANNEL = 1u;

// A one-channel tensor's base [inputs, positions, whole channels], or deltas [inputs, variants, positions, segment].
@group(0) @binding(4) var<storage, read> addend: array<f32>;
@group(0) @binding(5) var<storage, read> addend_off: array<f32>;

// Which of four neighbouring elements belong to a variant; the formula of `plan/owner.ts`.
fn is_owner(element: u32, variant: u32, trailing: u32, length: u32, offset: u32, multiplier: u32) -> vec4<bool> {
  let cells = (vec4(element) + vec4(0u, 1u, 2u, 3u)) / trailing % length;
  let first = offset + variant * multiplier;
  // What lies before the first cell, which may be negative, is far behind the last one without a sign.
  return cells - vec4(first) < vec4(multiplier);
}

fn addend_at(batch: u32, position: u32, channel: u32) -> vec4<f32> {
  let positions = epilogue.height * epilogue.width;
  let of_whole = epilogue.first_channel + channel;
  if (epilogue.addend == ADDEND_ONE_CHANNEL) {
    let element = position * epilogue.whole_channels + of_whole;
    let row_end = (position + 1u) * epilogue.whole_channels;
    let at = neighbours(element, row_end) + batch / epilogue.variants * positions * epilogue.whole_channels;
    let is_own = is_owner(
      element,
      variant_of(batch),
      epilogue.owner_trailing,
      epilogue.owner_length,
      epilogue.owner_offset,
      epilogue.owner_multiplier,
    );
    let base = vec4(addend[at.x], addend[at.y], addend[at.z], addend[at.w]);
    let off = vec4(addend_off[at.x], addend_off[at.y], addend_off[at.z], addend_off[at.w]);
    return select(vec4(0.0), base - off, is_own);
  }
  let channels = vec4(of_whole) + vec4(0u, 1u, 2u, 3u);
  let inside = (channels >= vec4(epilogue.addend_start))
    & (channels < vec4(epilogue.addend_start + epilogue.addend_channels));
  let row = (batch * positions + position) * epilogue.addend_channels;
  let at = select(vec4(0u), channels - epilogue.addend_start, inside) + row;
  return select(vec4(0.0), vec4(addend[at.x], addend[at.y], addend[at.z], addend[at.w]), inside);
}
