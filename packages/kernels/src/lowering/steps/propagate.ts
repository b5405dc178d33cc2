import { factsOf } from '../../operations/operation-facts.ts';
import type { PropagateStep, Segment } from '../../plan/steps.ts';
import { positionsOf, sizeOf, type Shape } from '../../tail/shape.ts';
import type { Change } from '../change.ts';
import { changedDelta, channelSlice, operandBase, wholeOf, type PlanValues } from '../operands.ts';
import { lowerOperation } from '../operations/lower-operation.ts';
import type { Tensor } from '../program.ts';

/** F(base) - F(base - delta), on the delta alone where F is linear. */
export function lowerPropagate(step: PropagateStep, values: PlanValues): Change {
  const { b } = values;
  const { operation, source, shape, segment } = step;
  const input = sourceSegment(step);
  const inputShape = withChannels(source.shape, input.length);
  const outputShape = withChannels(shape, segment.length);
  const part = { segment: input, withoutBias: true };
  const apply = (x: Tensor): Tensor => lowerOperation(b, operation, [x], [inputShape], outputShape, part);

  const delta = changedDelta(source, values, input);
  const change = (tensor: Tensor): Change => {
    return { tensor, inside: false, positions: positionsOf(shape), channels: segment.length };
  };
  if (factsOf(operation).isLinear(operation)) return change(apply(delta));
  const base = channelSlice(b, operandBase(source, values), input);
  const alone = (x: Tensor, size: number): Tensor => b.reshape(x, [b.inputs(), 1, size]);
  const changed = (x: Tensor, size: number): Tensor => b.reshape(x, [b.inputs(), b.variants(), size]);
  const [from, to] = [sizeOf(inputShape), sizeOf(outputShape)];
  const variant = b.binary('subtract', alone(base, from), changed(delta, from));
  const result = apply(b.reshape(variant, [b.rows(), ...inputShape]));
  return change(b.binary('subtract', alone(apply(base), to), changed(result, to)));
}

/** The channels of the source that the step reads: its own, for operations that keep to each channel. */
function sourceSegment({ operation, source, segment }: PropagateStep): Segment {
  const flow = factsOf(operation).channels(operation, source.shape);
  if (!flow) return wholeOf(source.shape);
  const { multiplier } = flow;
  return { start: segment.start / multiplier, length: segment.length / multiplier };
}

function withChannels(shape: Shape, channels: number): Shape {
  return [...positionsOf(shape), channels];
}
