import type { Epilogue, Segment } from '../../plan/steps.ts';
import { channelsOf, type Shape } from '../../tail/shape.ts';
import type { GlobalPoolOperation } from '../../operations/global-pool.ts';
import type { PoolOperation } from '../../operations/pool.ts';
import { activate } from '../activation-functions.ts';
import { evaluateNode } from '../evaluate-node.ts';
import type { Tensor } from '../tensor.ts';
import { channelsIn, takeChannels } from './segments.ts';
import { minus, type Values } from './values.ts';

/**
 * Applies what follows a step to its result.
 *
 * @param delta of one variant, `segment` of the tensor `shape`
 */
export function applyEpilogue(
  epilogue: Epilogue,
  delta: Tensor,
  segment: Segment,
  shape: Shape,
  values: Values,
  variant: number,
): Float64Array {
  const { scale, addend, activation, pool, globalPool } = epilogue;
  const channels = channelsIn(segment);
  let y = delta;
  let base =
    epilogue.base === null ? null : takeChannels({ shape, data: values.get(epilogue.base) }, channels);
  if (scale) {
    y = { shape: y.shape, data: y.data.map((value, i) => value * scale[channels[i % channels.length]!]!) };
  }
  if (addend) {
    const other = takeChannels(values.delta(addend, variant), channels);
    y = { shape: y.shape, data: y.data.map((value, i) => value + other.data[i]!) };
  }
  if (activation && base) {
    const before = base;
    base = { shape: y.shape, data: before.data.map((b) => activate(activation, b)) };
    y = minus(base, {
      shape: y.shape,
      data: minus(before, y).data.map((value) => activate(activation, value)),
    });
  }
  if (pool) {
    const pooledShape = [...pool.shape.slice(0, -1), channels.length];
    const before = base;
    base = before && pooled(pool.operation, before, pooledShape);
    y = pooledDelta(pool.operation, y, before, pooledShape);
  }
  if (globalPool) y = pooledDelta(globalPool, y, base, [channelsOf(y.shape)]);
  return y.data;
}

function pooledDelta(
  operation: PoolOperation | GlobalPoolOperation,
  delta: Tensor,
  base: Tensor | null,
  shape: Shape,
): Tensor {
  if (operation.reduction === 'average') return pooled(operation, delta, shape);
  if (!base) throw new RangeError('The change of a maximum needs the values.');
  return minus(pooled(operation, base, shape), pooled(operation, minus(base, delta), shape));
}

function pooled(operation: PoolOperation | GlobalPoolOperation, x: Tensor, shape: Shape): Tensor {
  return { shape, data: evaluateNode({ name: operation.kind, operation, shape }, [x]) };
}
