import type { Epilogue, Segment } from '../plan/steps.ts';
import { positionsOf, type Shape } from '../tail/shape.ts';
import type { ActivationOperation } from '../operations/activation.ts';
import type { GlobalPoolOperation } from '../operations/global-pool.ts';
import type { PoolOperation } from '../operations/pool.ts';
import { changeImages, variantsInFront, withBase, type Change } from './change.ts';
import { changedDelta, channelSlice, type PlanValues } from './operands.ts';
import { activate, isMonotone } from './operations/activation.ts';
import { activationChange } from './operations/activation-change.ts';
import { asImages, poolAllPositions, poolImages, spreadWindows } from './operations/windows.ts';
import { definite, type ProgramBuilder } from './program-builder.ts';
import type { Tensor } from './program.ts';

/** A change and the base it belongs to, `[inputs, ...positions, channels]`; null where nothing reads it. */
interface State {
  readonly change: Change;
  readonly base: Tensor | null;
}

/** One operation of an epilogue. */
type Stage = (b: ProgramBuilder, state: State) => State;

/**
 * What follows a step: turns what it made into what it stores, `[inputs * variants, ...]`.
 *
 * @param shape of the whole tensor the step makes, of which it has the channels of `segment`
 */
export function lowerEpilogue(
  epilogue: Epilogue,
  change: Change,
  segment: Segment,
  shape: Shape,
  values: PlanValues,
): Tensor {
  const { b } = values;
  const { scale, addend, base: baseId } = epilogue;
  const { start, length } = segment;
  let y = change;
  if (scale) {
    const factors = b.constant(scale.slice(start, start + length), [1, length]);
    y = { ...y, tensor: b.binary('multiply', changeRows(b, y), factors) };
  }
  if (addend) {
    const sum = b.binary('add', variantsInFront(b, y), changedDelta(addend, values, segment));
    y = { ...y, tensor: sum, inside: false };
  }
  const base = baseId === null ? null : channelSlice(b, values.get(baseId, shape), segment);
  const end = stagesOf(epilogue).reduce<State>((state, stage) => stage(b, state), { change: y, base });
  return variantsInFront(b, end.change);
}

/** `[..., channels]`, with all other axes as one. */
function changeRows(b: ProgramBuilder, { tensor, positions, channels }: Change): Tensor {
  const size = positions.reduce((product, count) => product * count, 1);
  // Inside, the batch has the positions and variants of each input: so many rows as in front.
  return b.reshape(tensor, [b.rows(size), channels]);
}

/**
 * The operations in order. A maximum is taken before an activation that never falls instead of after it: the same, of fewer
 * numbers.
 */
function stagesOf({ activation, pool, globalPool }: Epilogue): Stage[] {
  const stages: Stage[] = [];
  let waiting = activation;
  const apply = (): void => {
    if (waiting) stages.push(activationStage(waiting));
    waiting = null;
  };
  if (pool) {
    if (waiting && !canWait(waiting, pool.operation)) apply();
    stages.push(poolStage(pool.operation, positionsOf(pool.shape)));
  }
  if (globalPool) {
    if (waiting && !canWait(waiting, globalPool)) apply();
    stages.push(globalPoolStage(globalPool));
  }
  apply();
  return stages;
}

function canWait(activation: ActivationOperation, pool: PoolOperation | GlobalPoolOperation): boolean {
  return pool.reduction === 'max' && isMonotone(activation);
}

function activationStage(operation: ActivationOperation): Stage {
  return (b, { change, base }) => {
    if (base === null) throw new RangeError('An activation was given no base.');
    const after = withBase(b, change, base, (delta, aligned) =>
      activationChange(b, operation, aligned, delta),
    );
    return { change: after, base: activate(b, operation, base) };
  };
}

function poolStage(operation: PoolOperation, positions: Shape): Stage {
  return reductionStage(
    operation.reduction,
    positions,
    (b, images) => poolImages(b, images, operation.reduction, operation, positions),
    (b, images, result) => {
      const [, height = 1, width = 1] = b.shape(images);
      const [rows = 1, columns = 1] = definite([height, width]);
      return spreadWindows(b, result, operation, [rows, columns]);
    },
  );
}

function globalPoolStage({ reduction }: GlobalPoolOperation): Stage {
  return reductionStage(
    reduction,
    [],
    (b, images) => poolAllPositions(b, images, reduction),
    (_, __, result) => result,
  );
}

/**
 * A maximum falls by max(b) - max(b - d) = -max((b - max(b)) - d): so the change is never a difference of two large values.
 *
 * @param reach brings the maxima back to the cells they were taken of
 */
function reductionStage(
  reduction: PoolOperation['reduction'],
  positions: Shape,
  pooled: (b: ProgramBuilder, images: Tensor) => Tensor,
  reach: (b: ProgramBuilder, images: Tensor, result: Tensor) => Tensor,
): Stage {
  return (b, { change, base }) => {
    const images = base === null ? null : asImages(b, base);
    const result = images === null ? null : pooled(b, images);
    if (reduction === 'average') {
      return { change: { ...change, positions, tensor: pooled(b, changeImages(b, change)) }, base: result };
    }
    if (images === null || result === null) throw new RangeError('The change of a maximum needs the values.');
    const gap = b.binary('subtract', images, reach(b, images, result));
    const below = withBase(b, change, gap, (delta, aligned) => b.binary('subtract', aligned, delta));
    const tensor = b.unary('negate', pooled(b, changeImages(b, below)));
    return { change: { ...change, positions, tensor }, base: result };
  };
}
