import {
  GROUPED_AXES,
  groupedShape,
  type GroupNormalizationOperation,
} from '../../operations/group-normalization.ts';
import type { LayerNormalizationOperation } from '../../operations/layer-normalization.ts';
import { channelsOf, positionsOf, sizeOf, type Shape } from '../../tail/shape.ts';
import type { ProgramBuilder } from '../program-builder.ts';
import type { Tensor } from '../program.ts';

/** (x - mean) / sqrt(variance + epsilon) * gamma + beta over `axes` of `[batch, ...shape]`. */
export function normalizeLayer(
  b: ProgramBuilder,
  { axes, epsilon, gamma, beta }: LayerNormalizationOperation,
  x: Tensor,
  shape: Shape,
): Tensor {
  const over = axes.map((axis) => axis + 1);
  const lengths = [1, ...shape.map((length, axis) => (axes.includes(axis) ? length : 1))];
  const centered = b.binary('subtract', x, b.reduce(x, 'average', over));
  const variance = b.reduce(b.binary('multiply', centered, centered), 'average', over);
  const deviation = b.unary('square-root', b.binary('add', variance, b.scalar(epsilon)));
  const normalized = b.binary('divide', centered, deviation);
  const scaled = gamma ? b.binary('multiply', normalized, b.constant(gamma, lengths)) : normalized;
  return beta ? b.binary('add', scaled, b.constant(beta, lengths)) : scaled;
}

/** The same of groups of channels, over all positions; gamma and beta are of the channels of `shape`. */
export function normalizeGroups(
  b: ProgramBuilder,
  operation: GroupNormalizationOperation,
  x: Tensor,
  shape: Shape,
): Tensor {
  const { epsilon, gamma, beta } = operation;
  const [batch = 1] = b.shape(x);
  const channels = channelsOf(shape);
  const grouped = groupedShape(operation, shape);
  const plain = {
    kind: 'layer-normalization',
    axes: GROUPED_AXES,
    epsilon,
    gamma: null,
    beta: null,
  } as const;
  const y = normalizeLayer(b, plain, b.reshape(x, [batch, ...grouped]), grouped);
  const normalized = b.reshape(y, [batch, sizeOf(positionsOf(shape)), channels]);
  const ofChannels = [1, 1, channels];
  const scaled = gamma ? b.binary('multiply', normalized, b.constant(gamma, ofChannels)) : normalized;
  return beta ? b.binary('add', scaled, b.constant(beta, ofChannels)) : scaled;
}
