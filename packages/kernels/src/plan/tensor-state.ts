import { channelsOf, type Shape } from '../tail/shape.ts';
import type { OpenStep } from './open-step.ts';
import type { Owner } from './owner.ts';
import type { Segment, ValueId } from './steps.ts';

/** A value whose step enters the plan when it is first asked for: what nobody reads is never computed. */
export interface Lazy {
  (): ValueId;
  readonly isMade: () => boolean;
  /** What it is made of. */
  readonly needs: () => readonly Lazy[];
}

/** What the planner knows of a node's tensor. Delta k is the sum of what `oneChannel` and the `parts` say. */
export interface TensorState {
  /** The node of the tail that consumers name as their input. */
  readonly node: number;
  readonly shape: Shape;
  readonly base: Lazy;
  readonly oneChannel: OneChannel | null;
  /** Ascending, disjoint pieces of the last axis on which every variant has a delta of its own; off = base there. */
  readonly parts: readonly Part[];
}

export interface OneChannel {
  readonly off: Lazy;
  readonly owner: Owner;
}

export interface Part {
  readonly segment: Segment;
  readonly delta: Lazy;
  /** The step that will make the delta, as long as it can still take over what follows it. */
  readonly open: OpenStep | null;
}

export function isSame({ oneChannel, parts }: TensorState): boolean {
  return oneChannel === null && parts.length === 0;
}

/** The only part, where it covers all channels and nothing else changes. */
export function onlyPart({ oneChannel, parts, shape }: TensorState): Part | null {
  const [part] = parts;
  return part && oneChannel === null && part.segment.length === channelsOf(shape) ? part : null;
}

export function wholeSegment(shape: Shape): Segment {
  return { start: 0, length: channelsOf(shape) };
}

/**
 * Returns a value that is made when it is first asked for, once.
 *
 * @param needs other values that it is made of: they are made before, one after the other, as networks may be deeper than the stack
 */
export function lazy(make: () => ValueId, needs: () => readonly Lazy[] = () => []): Lazy {
  let value: ValueId | undefined;
  const missing = (of: Pick<Lazy, 'needs'>): Lazy[] => of.needs().filter(({ isMade }) => !isMade());
  const own = (): ValueId => {
    if (value !== undefined) return value;
    const pending = missing({ needs }).reverse();
    for (let next = pending.at(-1); next; next = pending.at(-1)) {
      const before = next.isMade() ? [] : missing(next);
      pending.push(...before.reverse());
      if (before.length > 0) continue;
      next();
      pending.pop();
    }
    return (value = make());
  };
  return Object.assign(own, { isMade: () => value !== undefined, needs });
}
