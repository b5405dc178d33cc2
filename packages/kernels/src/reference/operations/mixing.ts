import { sizeOf, stridesOf } from '../../tail/shape.ts';
import type { DenseOperation } from '../../operations/dense.ts';
import {
  GROUPED_AXES,
  groupedShape,
  type GroupNormalizationOperation,
} from '../../operations/group-normalization.ts';
import type { LayerNormalizationOperation } from '../../operations/layer-normalization.ts';
import type { SoftmaxOperation } from '../../operations/softmax.ts';
import { addScaled } from '../../ablation/add-scaled.ts';
import { fill, flatIndex, forEachPlace, repeated, type Tensor } from '../tensor.ts';

/** y = x W + b over the last axis. */
export function dense({ kernel, bias, units }: DenseOperation, x: Tensor): Float64Array {
  const inputs = x.shape.at(-1) ?? 0;
  const y = repeated(bias, units, (x.data.length / inputs) * units);
  x.data.forEach((value, i) => {
    if (value !== 0) addScaled(y, Math.floor(i / inputs) * units, value, kernel, (i % inputs) * units, units);
  });
  return y;
}

/** exp(x_c) / sum_j exp(x_j) over the last axis, or its logarithm. */
export function softmax({ log }: SoftmaxOperation, x: Tensor): Float64Array {
  const length = x.shape.at(-1) ?? 1;
  const y = new Float64Array(x.data.length);
  for (let start = 0; start < y.length; start += length) {
    const row = x.data.subarray(start, start + length);
    const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const logSum = largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
    y.set(
      row.map((value) => (log ? value - logSum : Math.exp(value - logSum))),
      start,
    );
  }
  return y;
}

/** (x - mean) / sqrt(variance + epsilon) * gamma + beta over `axes`, for each element of the other axes. */
export function normalizeLayer(operation: LayerNormalizationOperation, x: Tensor): Float64Array {
  const { axes, epsilon, gamma, beta } = operation;
  const strides = stridesOf(x.shape);
  const inner = axes.map((axis) => x.shape[axis] ?? 1);
  const outerAxes = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const innerStrides = axes.map((axis) => strides[axis] ?? 0);
  const outerStrides = outerAxes.map((axis) => strides[axis] ?? 0);
  const count = sizeOf(inner);
  const y = new Float64Array(x.data.length);
  const outer = outerAxes.map((axis) => x.shape[axis] ?? 1);
  forEachPlace(outer, (place) => {
    const start = flatIndex(outerStrides, place);
    const values = fill(inner, (coordinates) => x.data[start + flatIndex(innerStrides, coordinates)] ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    forEachPlace(inner, (coordinates, i) => {
      const normalized = ((values[i] ?? 0) - mean) / Math.sqrt(variance + epsilon);
      y[start + flatIndex(innerStrides, coordinates)] = normalized * (gamma?.[i] ?? 1) + (beta?.[i] ?? 0);
    });
  });
  return y;
}

/** (x - mean) / sqrt(variance + epsilon) * gamma[c] + beta[c] over all positions and the channels of a group. */
export function normalizeGroups(operation: GroupNormalizationOperation, x: Tensor): Float64Array {
  const { epsilon, gamma, beta } = operation;
  const channels = x.shape.at(-1) ?? 1;
  const plain = {
    kind: 'layer-normalization',
    axes: GROUPED_AXES,
    epsilon,
    gamma: null,
    beta: null,
  } as const;
  const normalized = normalizeLayer(plain, { shape: groupedShape(operation, x.shape), data: x.data });
  return normalized.map((value, i) => value * (gamma?.[i % channels] ?? 1) + (beta?.[i % channels] ?? 0));
}
