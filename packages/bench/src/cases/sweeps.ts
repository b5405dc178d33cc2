import type { StrategyName } from '../strategies/names.ts';
import type { BenchCase, CaseSet, Sweep } from './case.ts';
import { chain, dense, globalPooling, tailCase } from './tail-case.ts';

/** The loops and what replaces them; the rest does not depend on K. */
const STRATEGIES: readonly StrategyName[] = ['incremental', 'own-loop', 'masked-loop', 'one-batch'];

interface Sizes {
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
  readonly gain: number;
}

function pooledTail(
  sweep: Sweep,
  sets: readonly CaseSet[],
  { side, channels, classes, gain }: Sizes,
): BenchCase {
  return tailCase({
    name: `${sweep.along}-${sweep.value}`,
    title: `GAP, dense ${classes} (K = ${channels}, ${side}x${side})`,
    sets,
    strategies: STRATEGIES,
    sweep,
    target: [side, side, channels],
    build: (target) => chain(globalPooling(), dense(classes, 'softmax'))(target),
    seed: 29,
    gain,
  });
}

/** Channels with the gain at which the prediction is neither lost nor sure. */
const CHANNELS = [
  [8, 17],
  [32, 10],
  [128, 4.8],
  [512, 7.6],
  [2048, 5],
] as const;
const SIDES = [
  [7, 5.7],
  [14, 17],
  [28, 13],
  [56, 59],
] as const;
const CLASSES = [
  [10, 6.4],
  [100, 21],
  [1000, 9.2],
] as const;

/** A minute has room for the ends of the curve only. */
const QUICK_CHANNELS: readonly number[] = [8, 512];

/** One size at a time: channels, positions, classes. */
export const sweepCases: readonly BenchCase[] = [
  ...CHANNELS.map(([channels, gain]) =>
    pooledTail(
      { along: 'channels', value: channels },
      QUICK_CHANNELS.includes(channels) ? ['quick', 'full'] : ['full'],
      { side: 7, channels, classes: 100, gain },
    ),
  ),
  ...SIDES.map(([side, gain]) =>
    pooledTail({ along: 'positions', value: side * side }, ['full'], {
      side,
      channels: 64,
      classes: 10,
      gain,
    }),
  ),
  ...CLASSES.map(([classes, gain]) =>
    pooledTail({ along: 'classes', value: classes }, ['full'], { side: 7, channels: 256, classes, gain }),
  ),
];
