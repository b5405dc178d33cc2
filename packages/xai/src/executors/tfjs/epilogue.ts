import type * as tf from '@tensorflow/tfjs';
import type {
  ActivationOperation,
  Epilogue,
  GlobalPoolOperation,
  PoolOperation,
  Segment,
  Shape,
} from '@ablation-cam/kernels';
import { positionsOf } from '@ablation-cam/kernels';
import { changeImages, variantsInFront, withBase, type Change } from './change.ts';
import type { Constants } from './constants.ts';
import { channelSlice, operandDelta } from './operands.ts';
import { activate, isMonotone } from './operations/activation.ts';
import { activationAids, activationChange } from './operations/activation-change.ts';
import { spreadWindows } from './operations/spread-windows.ts';
import { asImages, poolAllPositions, poolImages } from './operations/windows.ts';
import type { Chunk, Values } from './values.ts';

/** Turns what a step made into what it stores, `[inputs * variants, ...]`. */
export type CompiledEpilogue = (change: Change, values: Values, chunk: Chunk) => tf.Tensor;

/** One operation of an epilogue. */
interface Stage {
  /** The base after the operation, then what the operation needs of the base, whatever the variant. */
  readonly fromBase: (base: tf.Tensor) => readonly tf.Tensor[];
  readonly apply: (change: Change, aids: readonly tf.Tensor[], chunk: Chunk) => Change;
}

/**
 * Compiles what follows a step.
 *
 * @param shape of the whole tensor the step makes, of which it has the channels of `segment`
 */
export function compileEpilogue(
  epilogue: Epilogue,
  segment: Segment,
  shape: Shape,
  constants: Constants,
): CompiledEpilogue {
  const { addend, base: baseId } = epilogue;
  const { start, length } = segment;
  const scale = epilogue.scale && constants.tensor(epilogue.scale.slice(start, start + length), [1, length]);
  const stages = stagesOf(epilogue);
  const key = {};
  return (change, values, chunk) => {
    let y = change;
    if (scale) y = { ...y, tensor: y.tensor.reshape([-1, length]).mul(scale) };
    if (addend) {
      const sum = variantsInFront(y, chunk).add(operandDelta(addend, values, chunk, segment));
      y = { ...y, tensor: sum, inside: false };
    }
    let [base] =
      baseId === null ? [] : values.once(key, () => [channelSlice(values.get(baseId, shape), segment)]);
    for (const stage of stages) {
      const before = base;
      const [after, ...aids] = before ? values.once(stage, () => stage.fromBase(before)) : [];
      y = stage.apply(y, aids, chunk);
      base = after;
    }
    return variantsInFront(y, chunk);
  };
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
  return {
    fromBase: (base) => [activate(operation, base), ...activationAids(operation, base)],
    apply: (change, aids, chunk) =>
      withBase(change, chunk, aids, (delta, aligned) => activationChange(operation, aligned, delta)),
  };
}

function poolStage(operation: PoolOperation, positions: Shape): Stage {
  const pooled = (images: tf.Tensor4D): tf.Tensor4D =>
    poolImages(images, operation.reduction, operation, positions);
  return reductionStage(operation.reduction, positions, pooled, (base, result) =>
    spreadWindows(result, operation, [base.shape[1], base.shape[2]]),
  );
}

function globalPoolStage({ reduction }: GlobalPoolOperation): Stage {
  return reductionStage(
    reduction,
    [],
    (images) => poolAllPositions(images, reduction),
    (_, result) => result,
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
  pooled: (images: tf.Tensor4D) => tf.Tensor4D,
  reach: (base: tf.Tensor4D, result: tf.Tensor4D) => tf.Tensor,
): Stage {
  return {
    fromBase: (base) => {
      const images = asImages(base);
      const result = pooled(images);
      return reduction === 'max' ? [result, images.sub(reach(images, result))] : [result];
    },
    apply: (change, aids, chunk) => {
      const result = { ...change, positions };
      if (reduction === 'average') return { ...result, tensor: pooled(changeImages(change, chunk)) };
      const below = withBase(change, chunk, aids, (delta, [gap]) => {
        if (!gap) throw new RangeError('The change of a maximum needs the values.');
        return gap.sub(delta);
      });
      return { ...result, tensor: pooled(changeImages(below, chunk)).neg() };
    },
  };
}
