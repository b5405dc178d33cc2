import { KernelsError } from '../../errors.ts';
import type { Segment } from '../../plan/steps.ts';
import { channelsOf, positionsOf, sizeOf, stridesOf, type Shape } from '../../tail/shape.ts';
import type { CropOperation } from '../../operations/crop.ts';
import type { PadOperation } from '../../operations/pad.ts';
import type { PermuteOperation } from '../../operations/permute.ts';
import type { RepeatOperation } from '../../operations/repeat.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import type { Launch } from '../launch/launch.ts';
import { eachResultLaunches } from './each-result.ts';
import { blockVariant } from './result-variant.ts';
import { encodeOwner, encodeResult, resultBuffers, type VariantBatch, type Result } from './result.ts';
import { MOVE, PLACE } from './shaders.ts';
import type { DeviceOperand } from './elementwise.ts';

export interface MoveSource {
  readonly shape: Shape;
  readonly segment: Segment;
  readonly values: BufferSpec;
}

type MoveOperation = PermuteOperation | PadOperation | CropOperation | RepeatOperation;

/** Along an axis of the result: where the source begins, how far it reaches, and its stride. */
interface MovedAxis {
  readonly shift: number;
  readonly length: number;
  readonly stride: number;
}

export function moveLaunches(
  operation: MoveOperation,
  source: MoveSource,
  constants: BufferSpec | null,
  result: Result,
): Launch[] {
  const rank = result.shape.length;
  if (rank > 4) {
    throw new KernelsError(
      'unsupported-tail',
      `A tensor of ${String(rank)} axes is moved (${operation.kind}); the kernels take up to 4.`,
    );
  }
  const held = [...positionsOf(source.shape), source.segment.length];
  const axes = movedAxes(operation, source, held, result.shape);
  const padded = <T>(values: readonly T[], missing: T): T[] => [
    ...Array.from({ length: 4 - rank }, () => missing),
    ...values,
  ];
  const all = padded(axes, { shift: 0, length: 1, stride: 0 });
  const parameters = Uint32Array.of(
    ...padded(result.shape, 1),
    ...all.map(({ shift }) => shift),
    ...all.map(({ length }) => length),
    ...all.map(({ stride }) => stride),
    sizeOf(held),
    0,
    0,
    0,
  );
  return eachResultLaunches(result, {}, (own) => ({
    shader: MOVE,
    overrides: blockVariant(own),
    uniforms: [encodeResult(own), parameters],
    buffers: { ...resultBuffers(own), 6: constants, 7: source.values },
  }));
}

function movedAxes(
  operation: MoveOperation,
  { segment }: MoveSource,
  held: Shape,
  shape: Shape,
): readonly MovedAxis[] {
  const strides = stridesOf(held);
  const last = held.length - 1;
  const along = (axis: number, shift: number): MovedAxis => ({
    shift: shift + (axis === last ? segment.start : 0),
    length: held[axis] ?? 1,
    stride: strides[axis] ?? 0,
  });
  switch (operation.kind) {
    case 'permute':
      return operation.axes.map((axis) => along(axis, 0));
    case 'pad':
      return held.map((_, axis) => along(axis, operation.before[axis] ?? 0));
    case 'crop':
      return held.map((_, axis) => along(axis, -(operation.before[axis] ?? 0)));
    case 'repeat':
      return shape.map((length, axis) =>
        axis === shape.length - 1 ? along(last, 0) : { shift: 0, length, stride: 0 },
      );
  }
}

/** Writes one operand to its place, from `start` on along `axis`, in a concatenation of shape `shape`. */
export function placeLaunch(
  operand: DeviceOperand,
  axis: number,
  start: number,
  shape: Shape,
  batch: VariantBatch,
  isDelta: boolean,
  output: BufferSpec,
): Launch {
  const channels = channelsOf(operand.shape);
  const segment = operand.label === 'all' ? operand.segment : { start: 0, length: channels };
  const owner = operand.label === 'one-channel' ? encodeOwner(operand.owner) : [1, 1, 0, 1];
  const batches = batch.inputs * batch.variants;
  const elements = sizeOf(operand.shape);
  return {
    shader: PLACE,
    overrides: {},
    uniforms: [
      Uint32Array.of(
        batches,
        batch.variants,
        batch.firstVariant,
        Number(isDelta),
        { same: 0, 'one-channel': 1, all: 2, output: 0 }[operand.label],
        elements,
        channels,
        segment.start,
        segment.length,
        ...owner,
        sizeOf(shape),
        start,
        operand.shape[axis] ?? 1,
        shape[axis] ?? 1,
        sizeOf(shape.slice(axis + 1)),
      ),
    ],
    buffers: {
      1: output,
      2: operand.base,
      3: operand.label === 'one-channel' ? operand.off : operand.label === 'all' ? operand.delta : null,
    },
    writes: [1],
    threads: batches * elements,
    work: { turns: 1, operations: 0, loads: batches * elements, stores: batches * elements },
  };
}
