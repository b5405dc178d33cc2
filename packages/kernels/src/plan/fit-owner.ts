import { stridesOf, type Shape } from '../tail/shape.ts';
import { ownerOf, type Owner } from './owner.ts';

/**
 * Returns the formula that gives every element that has an owner its owner, or null where there is none of that form.
 * It may name an owner for elements that have none: those are equal on and off, so that it makes no difference.
 *
 * @param owners one number an element: the variant counted from 1, 0 for none
 * @param like formulas of the operation's inputs, whose periods are tried besides those of the shape
 */
export function fitOwner(
  owners: Float64Array,
  shape: Shape,
  variants: number,
  like: readonly Owner[],
): Owner | null {
  const axes = stridesOf(shape).map((trailing, axis) => ({ trailing, length: shape[axis] ?? 1 }));
  const trailings = new Set([...axes, ...like].map(({ trailing }) => trailing));
  const lengths = new Set([...axes, ...like].map(({ length }) => length));
  for (const trailing of trailings) {
    for (const length of lengths) {
      const owner = fitAlong(owners, { trailing, length, variants });
      if (owner) return owner;
    }
  }
  return null;
}

function fitAlong(
  owners: Float64Array,
  { trailing, length, variants }: Pick<Owner, 'trailing' | 'length' | 'variants'>,
): Owner | null {
  const ofCell = new Float64Array(length);
  for (let i = 0; i < owners.length; i++) {
    const owner = owners[i]!;
    if (owner === 0) continue;
    const cell = Math.floor(i / trailing) % length;
    if (ofCell[cell] !== 0 && ofCell[cell] !== owner) return null;
    ofCell[cell] = owner;
  }
  const first = ofCell.findIndex((owner) => owner > 0);
  if (first < 0) return null;
  const last = ofCell.findLastIndex((owner) => owner > 0);
  const span = ofCell[last]! - ofCell[first]! + 1;
  const multiplier = Math.ceil((last - first + 1) / span);
  const offset = first - (ofCell[first]! - 1) * multiplier;
  const owner = { trailing, length, offset, multiplier, variants };
  const fits = ofCell.every((wanted, cell) => wanted === 0 || ownerOf(owner, cell * trailing) + 1 === wanted);
  return fits ? owner : null;
}
