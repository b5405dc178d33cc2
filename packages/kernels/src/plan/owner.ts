/**
 * Which variant each element of a `one-channel` tensor belongs to. The element at the flat index i (row-major, without
 * the batch) belongs to variant
 *
 *     owner(i) = (floor(i / trailing) mod length - offset) / multiplier, rounded down,
 *
 * or to none where that is not one of 0 .. variants - 1. Elements that belong to none are the same in all variants.
 */
export interface Owner {
  /** How far apart neighbours along the owner axis are in the flat data. */
  readonly trailing: number;
  /** Cells along the owner axis after which the owners repeat. */
  readonly length: number;
  /** Cells before the first one of variant 0. */
  readonly offset: number;
  /** Neighbouring cells that belong to one variant. */
  readonly multiplier: number;
  /** K. */
  readonly variants: number;
}

/** Returns the variant an element belongs to, or -1. */
export function ownerOf(
  { trailing, length, offset, multiplier, variants }: Owner,
  flatIndex: number,
): number {
  const cell = (Math.floor(flatIndex / trailing) % length) - offset;
  if (cell < 0 || cell >= variants * multiplier) return -1;
  return Math.floor(cell / multiplier);
}

/** The owner of every element of a tensor, -1 for none. */
export function ownerMap(owner: Owner, size: number): Int32Array {
  return new Int32Array(size).map((_, i) => ownerOf(owner, i));
}

/** Whether the owner depends on the last axis alone, whatever the position: the formula repeats within every row. */
export function ownsChannels({ trailing, length }: Owner, channels: number): boolean {
  return channels % (trailing * length) === 0;
}

/**
 * How many cells of a row of `channels` belong to each variant, where `ownsChannels` holds. They are
 *
 *     c = ((a * length + offset + k * multiplier + j) * trailing + b)
 *
 * for a < channels / (length * trailing), j < multiplier and b < trailing.
 */
export function channelsPerVariant(owner: Owner, channels: number): number {
  return (channels / owner.length) * owner.multiplier;
}
