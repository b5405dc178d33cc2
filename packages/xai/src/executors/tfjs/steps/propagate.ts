import type * as tf from '@tensorflow/tfjs';
import {
  positionsOf,
  type PropagatedOperation,
  type PropagateStep,
  type Segment,
  type Shape,
} from '@ablation-cam/kernels';
import { compileEpilogue } from '../epilogue.ts';
import type { Constants } from '../constants.ts';
import { channelSlice, operandBase, operandDelta, wholeOf } from '../operands.ts';
import { compileOperation } from '../operations/compile-operation.ts';
import type { Chunk, Values } from '../values.ts';
import type { CompiledStep } from './compiled-step.ts';

/** F(base) - F(base - delta), on the delta alone where F is linear. */
export function compilePropagate(step: PropagateStep, constants: Constants): CompiledStep {
  const { operation, source, shape, segment } = step;
  const input = sourceSegment(step);
  const inputShape = withChannels(source.shape, input.length);
  const apply = compileOperation(operation, [inputShape], withChannels(shape, segment.length), constants, {
    segment: input,
    withoutBias: true,
  });
  const epilogue = compileEpilogue(step.epilogue, segment, shape, constants);
  const positions = positionsOf(shape);
  const key = {};

  const changed = (values: Values, { inputs, variants }: Chunk, delta: tf.Tensor): tf.Tensor => {
    const [base, result] = values.once(key, () => {
      const own = channelSlice(operandBase(source, values), input);
      return [own.reshape([inputs, 1, -1]), apply([own]).reshape([inputs, 1, -1])];
    });
    if (!base || !result) throw new RangeError('A base was not made.');
    const variant = base.sub(delta.reshape([inputs, variants, -1]));
    return result.sub(apply([variant.reshape([-1, ...inputShape])]).reshape([inputs, variants, -1]));
  };

  return (values, chunk) => {
    const delta = operandDelta(source, values, chunk, input);
    const tensor = isLinear(operation) ? apply([delta]) : changed(values, chunk, delta);
    return epilogue({ tensor, inside: false, positions, channels: segment.length }, values, chunk);
  };
}

/** The channels of the source that the step reads: its own, for operations that keep to each channel. */
function sourceSegment({ operation, source, segment }: PropagateStep): Segment {
  switch (operation.kind) {
    case 'depthwise': {
      const { multiplier } = operation;
      return { start: segment.start / multiplier, length: segment.length / multiplier };
    }
    case 'pool':
    case 'global-pool':
    case 'pad':
    case 'crop':
    case 'resize':
    case 'prelu':
      return segment;
    case 'permute':
    case 'repeat':
    case 'softmax':
    case 'layer-normalization':
      return wholeOf(source.shape);
  }
}

function isLinear(operation: PropagatedOperation): boolean {
  switch (operation.kind) {
    case 'prelu':
    case 'softmax':
    case 'layer-normalization':
      return false;
    case 'pool':
    case 'global-pool':
      return operation.reduction === 'average';
    case 'depthwise':
    case 'permute':
    case 'pad':
    case 'crop':
    case 'resize':
    case 'repeat':
      return true;
  }
}

function withChannels(shape: Shape, channels: number): Shape {
  return [...positionsOf(shape), channels];
}
