import type { Owner } from '../../plan/owner.ts';
import type { Segment } from '../../plan/steps.ts';
import { channelsOf, isSameShape, sizeOf, stridesOf, type Shape } from '../../tail/shape.ts';
import { KernelsError } from '../../errors.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import { resultVariant } from './result-variant.ts';
import { floatBits, type Launch } from '../launch/launch.ts';
import { eachResultLaunches } from './each-result.ts';
import { encodeOwner, encodeResult, resultBuffers, type Result } from './result.ts';
import { COMBINE } from './shaders.ts';

/** A tensor on the device as `combine.wgsl` reads it. */
export type DeviceOperand =
  | {
      readonly label: 'same';
      readonly shape: Shape;
      readonly base: BufferSpec | null;
      readonly isShared?: boolean;
    }
  | {
      readonly label: 'one-channel';
      readonly shape: Shape;
      readonly base: BufferSpec;
      readonly off: BufferSpec;
      readonly owner: Owner;
    }
  | {
      readonly label: 'all';
      readonly shape: Shape;
      readonly base: BufferSpec | null;
      readonly delta: BufferSpec;
      readonly segment: Segment;
    }
  /** What the output holds already: values of a stream, or deltas of the result's segment. */
  | { readonly label: 'output'; readonly shape: Shape; readonly base: BufferSpec | null };

const LABEL_CODES = { same: 0, 'one-channel': 1, all: 2, output: 3 } as const;

const COMBINATION_CODES = {
  first: 0,
  add: 1,
  average: 1,
  subtract: 2,
  multiply: 3,
  maximum: 4,
  minimum: 5,
  prelu: 6,
} as const;

export type Combination = keyof typeof COMBINATION_CODES;

/** Combines one or two tensors, then multiplies by `factor`. */
export function combineLaunches(
  combination: Combination,
  operands: readonly [DeviceOperand, DeviceOperand?],
  result: Result,
  constants: BufferSpec | null = null,
  factor = 1,
): Launch[] {
  const [first, second = { label: 'same', shape: first.shape, base: null }] = operands;
  const dims = dimensions(result.shape, [first, second]);
  const parameters = Uint32Array.of(
    ...dims.shape,
    ...encodeOperand(first, dims.stridesOf(first)),
    ...encodeOperand(second, dims.stridesOf(second)),
    COMBINATION_CODES[operands[1] ? combination : 'first'],
    floatBits(factor),
    0,
    0,
  );
  const loads = [first, second].reduce(
    (sum, operand) => sum + Number(operand.base !== null) + Number(otherOf(operand) !== null),
    0,
  );
  return eachResultLaunches(result, { loads }, (own) => {
    const { 2: y = null, 3: base = null } = resultBuffers(own);
    return {
      shader: COMBINE,
      overrides: resultVariant(own, { relu: false, clipped: true }),
      uniforms: [encodeResult(own), parameters],
      buffers: {
        2: y,
        3: base,
        6: constants,
        7: first.base,
        8: otherOf(first),
        9: second.base,
        10: otherOf(second),
      },
    };
  });
}

function otherOf(operand: DeviceOperand): BufferSpec | null {
  if (operand.label === 'one-channel') return operand.off;
  return operand.label === 'all' ? operand.delta : null;
}

function encodeOperand(operand: DeviceOperand, strides: readonly number[]): number[] {
  const channels = channelsOf(operand.shape);
  const segment = operand.label === 'all' ? operand.segment : { start: 0, length: channels };
  const owner = operand.label === 'one-channel' ? encodeOwner(operand.owner) : [1, 1, 0, 1];
  return [
    ...strides,
    LABEL_CODES[operand.label],
    sizeOf(operand.shape),
    channels,
    segment.start,
    segment.length,
    ...owner,
    Number(operand.base !== null),
    Number(operand.label === 'same' && operand.isShared === true),
    0,
  ];
}

/** The result's shape with four axes, and each operand's strides along them, 0 where it is broadcast. */
function dimensions(
  shape: Shape,
  operands: readonly DeviceOperand[],
): { shape: Shape; stridesOf: (operand: DeviceOperand) => readonly number[] } {
  const isPlain = operands.every((operand) => isSameShape(operand.shape, shape));
  const folded = (own: Shape): Shape => (isPlain ? [sizeOf(own) / channelsOf(own), channelsOf(own)] : own);
  const padded = (own: Shape): Shape => [...Array.from({ length: 4 - own.length }, () => 1), ...own];
  if (folded(shape).length > 4) {
    throw new KernelsError(
      'unsupported-tail',
      `Tensors of ${String(shape.length)} axes are broadcast against each other; the kernels take up to 4.`,
    );
  }
  const whole = padded(folded(shape));
  return {
    shape: whole,
    stridesOf: (operand) => {
      const own = padded(folded(operand.shape));
      const strides = stridesOf(own);
      return own.map((length, axis) => (length === 1 && whole[axis] !== 1 ? 0 : (strides[axis] ?? 0)));
    },
  };
}
