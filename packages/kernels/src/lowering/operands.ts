import type { DeltaOperand, OneChannelOperand, Operand, Segment, ValueId } from '../plan/steps.ts';
import { ownerMap } from '../plan/owner.ts';
import { channelsOf, positionsOf, sizeOf, type Shape } from '../tail/shape.ts';
import type { ProgramBuilder } from './program-builder.ts';
import type { Tensor } from './program.ts';

/** The plan's values in a program: base and off `[inputs, ...]`, deltas `[inputs * variants, ...]`. */
export class PlanValues {
  readonly #tensors = new Map<ValueId, Tensor>();

  constructor(readonly b: ProgramBuilder) {}

  set(id: ValueId, tensor: Tensor): void {
    this.#tensors.set(id, tensor);
  }

  /** A value as a step reads it. */
  get(id: ValueId, shape: Shape): Tensor {
    const tensor = this.#tensors.get(id);
    if (tensor === undefined) throw new RangeError(`Value ${String(id)} is read before it is made.`);
    return this.b.reshape(tensor, [this.b.shape(tensor)[0] ?? 1, ...shape]);
  }
}

export function wholeOf(shape: Shape): Segment {
  return { start: 0, length: channelsOf(shape) };
}

/** Some neighbouring channels of `[...axes, channels]`. */
export function channelSlice(b: ProgramBuilder, x: Tensor, segment: Segment): Tensor {
  return b.slice(x, new Map([[b.shape(x).length - 1, segment]]));
}

/** The base of an operand that a step reads, `[inputs, ...shape]`. */
export function operandBase({ base, shape }: Operand, values: PlanValues): Tensor {
  if (base === null) throw new RangeError('A step reads a base that the plan does not give it.');
  return values.get(base, shape);
}

/** The deltas of an operand, `[inputs * variants, ...positions, segment.length]`; null where all are zero. */
export function operandDelta(
  operand: Operand,
  values: PlanValues,
  segment = wholeOf(operand.shape),
): Tensor | null {
  switch (operand.label) {
    case 'same':
      return null;
    case 'one-channel':
      return ownedDelta(operand, values, segment);
    case 'all': {
      const deltas = values.get(operand.delta, [...positionsOf(operand.shape), operand.segment.length]);
      return resegment(values.b, deltas, operand.segment, segment);
    }
  }
}

/** The same of an operand that differs between variants. */
export function changedDelta(
  operand: OneChannelOperand | DeltaOperand,
  values: PlanValues,
  segment = wholeOf(operand.shape),
): Tensor {
  return operandDelta(operand, values, segment) ?? zeroDelta(values.b, operand.shape, segment);
}

export function zeroDelta(b: ProgramBuilder, shape: Shape, segment = wholeOf(shape)): Tensor {
  return b.zeros([b.rows(), ...positionsOf(shape), segment.length]);
}

/** base - off where the element belongs to the variant, 0 elsewhere. */
function ownedDelta(
  { base, off, owner, shape }: OneChannelOperand,
  values: PlanValues,
  segment: Segment,
): Tensor {
  const { b } = values;
  const difference = b.binary('subtract', values.get(base, shape), values.get(off, shape));
  const size = (sizeOf(shape) / channelsOf(shape)) * segment.length;
  const own = b.reshape(channelSlice(b, difference, segment), [b.inputs(), 1, size]);
  const owners = segmentOf(Float32Array.from(ownerMap(owner, sizeOf(shape))), channelsOf(shape), segment);
  const numbers = Float32Array.from({ length: owner.variants }, (_, variant) => variant);
  const isOwned = b.binary(
    'equal',
    b.constant(owners, [1, 1, size]),
    b.perVariant(numbers, [1, owner.variants, 1], 1),
  );
  return b.reshape(b.binary('multiply', own, isOwned), [b.rows(), ...positionsOf(shape), segment.length]);
}

function segmentOf(values: Float32Array, channels: number, { start, length }: Segment): Float32Array {
  if (length === channels) return values;
  return values.filter((_, i) => i % channels >= start && i % channels < start + length);
}

/** The channels of one segment out of those of another; channels outside it are 0. */
function resegment(b: ProgramBuilder, x: Tensor, from: Segment, to: Segment): Tensor {
  const start = Math.max(from.start, to.start);
  const end = Math.min(from.start + from.length, to.start + to.length);
  const last = b.shape(x).length - 1;
  if (end <= start) return b.zeros([...b.shape(x).slice(0, -1), to.length]);
  const common = channelSlice(b, x, { start: start - from.start, length: end - start });
  return b.pad(common, new Map([[last, [start - to.start, to.start + to.length - end] as const]]));
}
