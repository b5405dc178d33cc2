import type { SeededRandom } from '@ablation-cam/tools/testing';

/**
 * An HDF5 file of which a link or two lead to objects that others lead to as well: the same things several times, of another kind,
 * or a group as part of itself.
 */
export function relinkedHdf5(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const view = new DataView(changed.buffer);
  const links = placesOfLinks(view);
  for (let i = random.integer(1, 2); i > 0; i--) {
    view.setBigUint64(random.pick(links), view.getBigUint64(random.pick(links), true), true);
  }
  return changed;
}

/** Where the addresses stand that links lead to. Source: HDF5 File Format Specification, version 3.0, III.C. */
function placesOfLinks(view: DataView): number[] {
  const places: number[] = [];
  for (let at = 0; at + 8 <= view.byteLength; at += 8) {
    if (view.getUint32(at) !== 0x534e4f44) continue;
    const count = view.getUint16(at + 6, true);
    for (let i = 0; i < count; i++) places.push(at + 8 + 40 * i + 8);
  }
  return places;
}
