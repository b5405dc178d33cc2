import { factsOf } from '../operations/operation-facts.ts';
import { channelsOf, isSameShape, sizeOf, stridesOf, type Shape } from '../tail/shape.ts';
import type { Operation } from '../operations/operation.ts';
import { fitOwner } from './fit-owner.ts';
import { ownerMap, ownerOf, ownsChannels, type Owner } from './owner.ts';
import { ownersAfter } from './support.ts';

/** An input of an operation; `owner` is null where it is the same in all variants. */
export interface OwnedOperand {
  readonly shape: Shape;
  readonly owner: Owner | null;
}

/** The frequent answers, `mixes` and `unknown`: then the elements decide. */
type Answer = Owner | 'mixes' | 'unknown';

/**
 * Returns the owner formula of an operation's result where no element of it reads elements of two owners (the operation
 * is separable here), or null where it mixes. At least one input has an owner.
 */
export function ownerAfter(
  operation: Operation,
  inputs: readonly OwnedOperand[],
  shape: Shape,
): Owner | null {
  const owners = inputs.flatMap(({ owner }) => owner ?? []);
  const [owner] = owners;
  if (!owner) return null;
  if (owner.variants === 1)
    return { trailing: sizeOf(shape), length: 1, offset: 0, multiplier: 1, variants: 1 };
  const answer = knownAnswer(operation, owner, inputs, shape);
  if (answer === 'mixes') return null;
  if (answer !== 'unknown') return answer;
  const owned = inputs.map((input) => ({ shape: input.shape, data: ownerNumbers(input) }));
  const after = ownersAfter(operation, owned, shape);
  return after && fitOwner(after, shape, owner.variants, owners);
}

function knownAnswer(
  operation: Operation,
  owner: Owner,
  inputs: readonly OwnedOperand[],
  shape: Shape,
): Answer {
  const [{ shape: input } = { shape: [] }] = inputs;
  if (operation.kind === 'permute') return permuted(owner, operation.axes, input);
  if (operation.kind === 'concatenate') return concatenated(operation.axis, inputs, shape);
  if (operation.kind === 'merge') return merged(owner, inputs, shape);
  return answerOfFacts(operation, owner, input);
}

function answerOfFacts(operation: Operation, owner: Owner, input: Shape): Answer {
  const facts = factsOf(operation);
  if (facts.isElementwise) return owner;
  const channels = channelsOf(input);
  if (!ownsChannels(owner, channels)) return 'unknown';
  const flow = facts.channels(operation, input);
  if (!flow) return 'mixes';
  if (flow.together === 1) return widen(owner, flow.multiplier);
  return meetsAnother(owner, channels, flow.together) ? 'mixes' : 'unknown';
}

/** Whether two variants have channels among some `together` neighbours that come together. */
function meetsAnother(owner: Owner, channels: number, together: number): boolean {
  const found = new Map<number, number>();
  for (let c = 0; c < channels; c++) {
    const [group, variant] = [Math.floor(c / together), ownerOf(owner, c)];
    if (variant < 0) continue;
    if ((found.get(group) ?? variant) !== variant) return true;
    found.set(group, variant);
  }
  return false;
}

/** Every cell becomes `multiplier` cells of the same owner: floor(i / (trailing m)) is floor(floor(i / trailing) / m). */
function widen(owner: Owner, multiplier: number): Owner {
  return {
    ...owner,
    length: owner.length * multiplier,
    offset: owner.offset * multiplier,
    multiplier: owner.multiplier * multiplier,
  };
}

function permuted(owner: Owner, axes: readonly number[], shape: Shape): Answer {
  const axis = axisOf(owner, shape);
  if (axis === null) return 'unknown';
  const moved = axes.map((from) => shape[from] ?? 1);
  return { ...owner, trailing: stridesOf(moved)[axes.indexOf(axis)] ?? 1 };
}

/** The axis along which the owners change, where it is one. */
function axisOf({ trailing, length }: Owner, shape: Shape): number | null {
  const strides = stridesOf(shape);
  const axis = shape.findIndex((size, i) => size === length && strides[i] === trailing);
  return axis < 0 ? null : axis;
}

function concatenated(axis: number, inputs: readonly OwnedOperand[], shape: Shape): Answer {
  let before = 0;
  const found: Owner[] = [];
  for (const { owner, shape: own } of inputs) {
    if (owner) {
      const ownAxis = axisOf(owner, own);
      if (ownAxis === null) return 'unknown';
      found.push(
        ownAxis === axis
          ? { ...owner, offset: owner.offset + before, length: shape[axis] ?? 0 }
          : { ...owner, trailing: stridesOf(shape)[ownAxis] ?? 1 },
      );
    }
    before += own[axis] ?? 0;
  }
  const [first] = found;
  return first && found.every((owner) => isSameOwner(owner, first)) ? first : 'unknown';
}

function merged(owner: Owner, inputs: readonly OwnedOperand[], shape: Shape): Answer {
  const owned = inputs.filter((input) => input.owner);
  const alike = owned.every(
    (input) =>
      input.owner &&
      isSameOwner(input.owner, owner) &&
      (isSameShape(input.shape, shape) ||
        (channelsOf(input.shape) === channelsOf(shape) && ownsChannels(owner, channelsOf(shape)))),
  );
  return alike ? owner : 'unknown';
}

function isSameOwner(a: Owner, b: Owner): boolean {
  return (
    a.trailing === b.trailing &&
    a.length === b.length &&
    a.offset === b.offset &&
    a.multiplier === b.multiplier
  );
}

function ownerNumbers({ owner, shape }: OwnedOperand): Float64Array {
  const size = sizeOf(shape);
  return owner ? Float64Array.from(ownerMap(owner, size), (k) => k + 1) : new Float64Array(size);
}
