import { KernelsError } from '../../errors.ts';
import type { Segment } from '../../plan/steps.ts';
import { channelsOf, sizeOf, stridesOf, type Shape } from '../../tail/shape.ts';
import type { LayerNormalizationOperation } from '../../operations/layer-normalization.ts';
import type { SoftmaxOperation } from '../../operations/softmax.ts';
import { floatBits, type Launch } from './launch.ts';
import type { Batch } from './result.ts';
import { NORMALIZE } from './shaders.ts';

export interface NormalizationSource {
  readonly shape: Shape;
  readonly segment: Segment;
  readonly values: GPUBuffer;
  /** For deltas. */
  readonly base: GPUBuffer | null;
}

/** @param constants gamma, then beta, each as many as are normalised together; ones and zeros where they are absent */
export function normalizationLaunch(
  operation: SoftmaxOperation | LayerNormalizationOperation,
  source: NormalizationSource,
  constants: GPUBuffer | null,
  batch: Batch,
  isDelta: boolean,
  output: GPUBuffer,
): Launch {
  const { shape, segment, values, base } = source;
  const axes = operation.kind === 'softmax' ? [shape.length - 1] : operation.axes;
  const strides = stridesOf(shape);
  const inner = shape.map((_, axis) => axis).filter((axis) => axes.includes(axis));
  const outer = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const pick = (chosen: readonly number[], from: readonly number[], missing: number): number[] => {
    if (chosen.length > 4) {
      throw new KernelsError(
        'unsupported-tail',
        `A tensor of ${String(shape.length)} axes is normalised; the kernels take up to 4 of each kind.`,
      );
    }
    return [
      ...Array.from({ length: 4 - chosen.length }, () => missing),
      ...chosen.map((axis) => from[axis] ?? missing),
    ];
  };
  const groups = sizeOf(outer.map((axis) => shape[axis] ?? 1));
  const batches = batch.inputs * batch.variants;
  const isLayerNorm = operation.kind === 'layer-normalization';
  return {
    shader: NORMALIZE,
    overrides: {},
    uniforms: [
      Uint32Array.of(
        ...pick(outer, shape, 1),
        ...pick(outer, strides, 0),
        ...pick(inner, shape, 1),
        ...pick(inner, strides, 0),
        batches,
        batch.variants,
        sizeOf(shape),
        groups,
        sizeOf(shape) / groups,
        channelsOf(shape),
        segment.start,
        segment.length,
        Number(isDelta),
        isLayerNorm ? 2 : Number(operation.log),
        floatBits(isLayerNorm ? operation.epsilon : 0),
        Number(isLayerNorm && operation.gamma !== null),
        Number(isLayerNorm && operation.beta !== null),
        0,
        0,
        0,
      ),
    ],
    buffers: { 1: output, 2: values, 3: base, 4: constants },
    threads: batches * groups,
  };
}
