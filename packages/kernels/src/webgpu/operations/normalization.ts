import { KernelsError } from '../../errors.ts';
import type { Segment } from '../../plan/steps.ts';
import { channelsOf, positionsOf, sizeOf, stridesOf, type Shape } from '../../tail/shape.ts';
import type { GroupNormalizationOperation } from '../../operations/group-normalization.ts';
import type { LayerNormalizationOperation } from '../../operations/layer-normalization.ts';
import type { SoftmaxOperation } from '../../operations/softmax.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import { floatBits, type Launch } from '../launch/launch.ts';
import type { Result } from './result.ts';
import { ROW_THREADS, rowsOf, rowsShader } from '../wide/rows.ts';
import { NORMALIZE, NORMALIZE_ROWS } from './shaders.ts';

export interface NormalizationSource {
  readonly shape: Shape;
  readonly segment: Segment;
  readonly values: BufferSpec;
  /** For deltas. */
  readonly base: BufferSpec | null;
}

type Normalization = SoftmaxOperation | LayerNormalizationOperation | GroupNormalizationOperation;

/**
 * @param constants gamma, then beta, each as many as are normalised together or, in groups, one for each channel; ones and
 *   zeros where they are absent
 */
export function normalizationLaunches(
  operation: Normalization,
  source: NormalizationSource,
  constants: BufferSpec | null,
  { batch, isDelta, output, segment: worked }: Result,
): Launch[] {
  const { shape, segment, values, base } = source;
  const groups = groupsOf(operation, shape, worked);
  const batches = batch.inputs * batch.variants;
  const hasMoments = operation.kind !== 'softmax';
  const count = sizeOf(groups.inner);
  const rows = batches * sizeOf(groups.outer);
  const passes = hasMoments ? 3 : 4;
  const { layout } = batch.workspace;
  const isWide = layout.name === 'wide';
  const { lanes, workgroups, barriers, workgroupBytes } = rowsOf(layout, rows, isWide ? count : 1);
  return [
    {
      shader: isWide ? rowsShader(NORMALIZE_ROWS, layout) : NORMALIZE,
      ...(isWide && { workgroupThreads: ROW_THREADS, workgroups }),
      overrides: {},
      uniforms: [
        Uint32Array.of(
          ...padded(groups.outer, 1),
          ...padded(groups.outerStrides, 0),
          ...padded(groups.inner, 1),
          ...padded(groups.innerStrides, 0),
          batches,
          batch.variants,
          sizeOf(shape),
          sizeOf(groups.outer),
          sizeOf(groups.inner),
          channelsOf(shape),
          segment.start,
          segment.length,
          Number(isDelta),
          hasMoments ? 2 : Number(operation.log),
          floatBits(hasMoments ? operation.epsilon : 0),
          Number(hasMoments && operation.gamma !== null),
          Number(hasMoments && operation.beta !== null),
          worked.start,
          worked.length,
          Number(operation.kind === 'group-normalization'),
          lanes,
        ),
      ],
      buffers: { 1: output, 2: values, 3: base, 4: constants },
      writes: [1],
      threads: rows * lanes,
      work: {
        turns: passes * Math.ceil(count / lanes),
        operations: rows * count * (hasMoments ? 20 : 60),
        loads: rows * count * passes * (isDelta ? 2 : 1),
        stores: rows * count,
        ...(isWide && { barriers: passes * barriers, workgroupBytes }),
      },
    },
  ];
}

/** How many groups of elements are normalised together and how they lie in the flat data, from the result's first channel on. */
interface Groups {
  readonly outer: readonly number[];
  readonly outerStrides: readonly number[];
  readonly inner: readonly number[];
  readonly innerStrides: readonly number[];
}

function groupsOf(operation: Normalization, shape: Shape, worked: Segment): Groups {
  if (operation.kind === 'group-normalization') {
    const { groupSize } = operation;
    return {
      outer: [worked.length / groupSize],
      outerStrides: [groupSize],
      inner: [sizeOf(positionsOf(shape)), groupSize],
      innerStrides: [channelsOf(shape), 1],
    };
  }
  const axes = operation.kind === 'softmax' ? [shape.length - 1] : operation.axes;
  const strides = stridesOf(shape);
  const all = shape.map((_, axis) => axis);
  const pick = (from: readonly number[], isInner: boolean): number[] =>
    all.filter((axis) => axes.includes(axis) === isInner).map((axis) => from[axis] ?? 1);
  return {
    outer: pick(shape, false),
    outerStrides: pick(strides, false),
    inner: pick(shape, true),
    innerStrides: pick(strides, true),
  };
}

/** Four numbers for four axes. */
function padded(values: readonly number[], missing: number): number[] {
  if (values.length > 4) {
    throw new KernelsError(
      'unsupported-tail',
      `A tensor is normalised along ${String(values.length)} axes; the kernels take up to 4 of each kind.`,
    );
  }
  return [...Array.from({ length: 4 - values.length }, () => missing), ...values];
}
