import { ownerOf } from '../../plan/owner.ts';
import type {
  CombineStep,
  ConcatenateStep,
  ContributeStep,
  ConvolveStep,
  PropagatedOperation,
  PropagateStep,
} from '../../plan/steps.ts';
import type { SlidingWindow } from '../../operations/sliding-window.ts';
import type { WeightValues } from '../../plan/weights.ts';
import { channelsOf, sizeOf, type Shape } from '../../tail/shape.ts';
import { isLinearMerge, type MergeFunction } from '../../operations/merge.ts';
import { evaluateNode } from '../evaluate-node.ts';
import { convolve, productsWithZero } from '../operations/windows.ts';
import type { Tensor } from '../tensor.ts';
import { applyEpilogue } from './epilogue.ts';
import { channelsIn, takeChannels } from './segments.ts';
import { minus, type Values } from './values.ts';

/** A step that makes a delta from values of this package. */
export type DeltaStep = ContributeStep | ConvolveStep | PropagateStep | CombineStep | ConcatenateStep;

/**
 * Returns the delta a step makes for one variant.
 *
 * @param kernel of the steps that have one
 */
export function deltaOfStep(
  step: DeltaStep,
  values: Values,
  variant: number,
  kernel: WeightValues | null,
): Float64Array {
  const { shape } = step;
  if (step.kind === 'concatenate') {
    const operation = { kind: 'concatenate', axis: step.axis } as const;
    const deltas = step.operands.map((operand) => values.delta(operand, variant));
    return evaluateNode({ name: step.kind, operation, shape }, deltas);
  }
  const segment =
    step.kind === 'propagate' || step.kind === 'combine'
      ? step.segment
      : { start: 0, length: channelsOf(shape) };
  const delta = mainResult(step, values, variant, kernel);
  const y = delta.data.length === sizeOf(shape) ? takeChannels(delta, channelsIn(segment)) : delta;
  return applyEpilogue(step.epilogue, y, segment, shape, values, variant);
}

/** Before the epilogue, all channels of the step's shape. */
function mainResult(
  step: Exclude<DeltaStep, ConcatenateStep>,
  values: Values,
  variant: number,
  kernel: WeightValues | null,
): Tensor {
  switch (step.kind) {
    case 'contribute':
    case 'convolve': {
      if (!kernel) throw new RangeError(`The weights of ${step.layers.join(', ')} were not prepared.`);
      const channels =
        step.kind === 'convolve' ? channelsIn(step.source.segment) : channelsOfVariant(step, variant);
      const source = takeChannels(values.delta(step.source, variant), channels);
      if (step.kind === 'convolve') {
        const products = productsWithZero(step.sliding, source, step.shape);
        values.operationsLeftOut += products * channelsOf(step.shape);
      }
      const y = linear(step.sliding, kernel, channels, channelsOf(step.source.shape), source, step.shape);
      if (step.partial === null) return { shape: step.shape, data: y };
      const partial = values.get(step.partial);
      return { shape: step.shape, data: y.map((value, i) => value + partial[i]!) };
    }
    case 'propagate':
      return propagate(step, values, variant);
    case 'combine':
      return combine(step, values, variant);
  }
}

/** The channels that belong to a variant; the owner depends on the channel alone. */
function channelsOfVariant({ source }: ContributeStep, variant: number): number[] {
  return channelsIn({ start: 0, length: channelsOf(source.shape) }).filter(
    (channel) => ownerOf(source.owner, channel) === variant,
  );
}

/** A convolution without bias that reads only `channels` of the `width` channels its kernel has. */
function linear(
  sliding: SlidingWindow,
  kernel: WeightValues,
  channels: readonly number[],
  width: number,
  x: Tensor,
  shape: Shape,
): Float64Array {
  const operation = {
    kind: 'convolution',
    filters: channelsOf(shape),
    ...sliding,
    kernel,
    bias: null,
  } as const;
  return convolve(operation, x, shape, { channels, width });
}

function propagate({ operation, source, shape }: PropagateStep, values: Values, variant: number): Tensor {
  const evaluate = (of: PropagatedOperation, x: Tensor): Tensor => ({
    shape,
    data: evaluateNode({ name: of.kind, operation: of, shape }, [x]),
  });
  const delta = values.delta(source, variant);
  if (operation.kind === 'depthwise') return evaluate({ ...operation, bias: null }, delta);
  if (source.base === null) return evaluate(operation, delta);
  const base = values.base(source);
  return minus(evaluate(operation, base), evaluate(operation, minus(base, delta)));
}

function combine({ function: name, operands, shape }: CombineStep, values: Values, variant: number): Tensor {
  const deltas = operands.map((operand) => values.delta(operand, variant));
  if (isLinearMerge(name)) return { shape, data: merged(name, deltas, shape) };
  const bases = operands.map((operand) => values.base(operand));
  const changed = operands.map((operand) => values.variant(operand, variant));
  return minus({ shape, data: merged(name, bases, shape) }, { shape, data: merged(name, changed, shape) });
}

function merged(name: MergeFunction, tensors: readonly Tensor[], shape: Shape): Float64Array {
  return evaluateNode({ name, operation: { kind: 'merge', function: name }, shape }, tensors);
}
