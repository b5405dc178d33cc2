import type { Segment } from '../../plan/steps.ts';
import { positionsOf, type Shape } from '../../tail/shape.ts';
import type { DepthwiseOperation } from '../../operations/depthwise.ts';
import type { GlobalPoolOperation } from '../../operations/global-pool.ts';
import type { PoolOperation } from '../../operations/pool.ts';
import { resizedAxis, type ResizeOperation } from '../../operations/resize.ts';
import { REDUCTION_CODES } from '../reduction-codes.ts';
import { resultVariant } from './kernel.ts';
import type { Launch } from './launch.ts';
import { eachResultThreads, encodeResult, pairOf, planeOf, resultBuffers, type Result } from './result.ts';
import { DEPTHWISE, POOL, RESIZE } from './shaders.ts';

/** A stream, or deltas on a segment of the channels, with the base of the whole tensor where it is read. */
export interface WindowSource {
  readonly shape: Shape;
  readonly segment: Segment;
  readonly values: GPUBuffer;
  readonly base: GPUBuffer | null;
}

/** @param constants the kernel, then `bias` where there is one */
export function depthwiseLaunch(
  operation: DepthwiseOperation,
  source: WindowSource,
  constants: GPUBuffer,
  biasAt: number | null,
  result: Result,
): Launch {
  const plane = planeOf(source.shape);
  const parameters = Uint32Array.of(
    plane.height,
    plane.width,
    source.segment.length,
    source.segment.start,
    ...pairOf(operation.window, 1),
    ...pairOf(operation.strides, 1),
    ...pairOf(operation.dilation, 1),
    ...pairOf(operation.padBefore, 0),
    operation.multiplier,
    Number(biasAt !== null),
    biasAt ?? 0,
  );
  return {
    shader: DEPTHWISE,
    overrides: resultVariant(result),
    uniforms: [encodeResult(result), parameters],
    buffers: { ...resultBuffers(result), 6: constants, 7: source.values },
    threads: eachResultThreads(result),
  };
}

export function poolLaunch(
  operation: PoolOperation | GlobalPoolOperation,
  source: WindowSource,
  constants: GPUBuffer | null,
  result: Result,
): Launch {
  const plane = planeOf(source.shape);
  const whole = {
    window: [plane.height, plane.width],
    strides: [1, 1],
    padBefore: [0, 0],
  };
  const { window, strides, padBefore } = operation.kind === 'pool' ? operation : whole;
  const parameters = Uint32Array.of(
    plane.height,
    plane.width,
    ...pairOf(window, 1),
    ...pairOf(strides, 1),
    ...pairOf(padBefore, 0),
    REDUCTION_CODES[operation.reduction],
  );
  return {
    shader: POOL,
    overrides: resultVariant(result, { relu: false }),
    uniforms: [encodeResult(result), parameters],
    buffers: { ...resultBuffers(result), 6: constants, 7: source.values, 8: source.base },
    threads: eachResultThreads(result),
  };
}

export function resizeLaunch(
  operation: ResizeOperation,
  source: WindowSource,
  constants: GPUBuffer | null,
  result: Result,
): Launch {
  const axes = positionsOf(source.shape).flatMap((from, axis) => {
    const { factor, shift, divisor } = resizedAxis(operation, from, result.shape[axis] ?? 1);
    return [from, factor, shift, divisor];
  });
  return {
    shader: RESIZE,
    overrides: {},
    uniforms: [
      encodeResult(result),
      // The shift may be negative: the shader reads these as signed.
      Uint32Array.of(...axes, Number(operation.interpolation === 'bilinear'), 0, 0, 0),
    ],
    buffers: { ...resultBuffers(result), 6: constants, 7: source.values },
    threads: eachResultThreads(result),
  };
}
