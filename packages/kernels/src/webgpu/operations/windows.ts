import type { Segment } from '../../plan/steps.ts';
import { positionsOf, sizeOf, type Shape } from '../../tail/shape.ts';
import type { DepthwiseOperation } from '../../operations/depthwise.ts';
import type { GlobalPoolOperation } from '../../operations/global-pool.ts';
import type { PoolOperation } from '../../operations/pool.ts';
import { resizedAxis, type ResizeOperation } from '../../operations/resize.ts';
import { REDUCTION_CODES } from '../reduction-codes.ts';
import type { BufferSpec } from '../launch/buffer-spec.ts';
import { blockVariant, resultVariant } from './result-variant.ts';
import type { Launch } from '../launch/launch.ts';
import { eachResultLaunches } from './each-result.ts';
import { combineLaunches, type DeviceOperand } from './elementwise.ts';
import { encodeResult, pairOf, planeOf, resultBuffers, type Result } from './result.ts';
import { DEPTHWISE, POOL, RESIZE } from './shaders.ts';

/** A stream, or deltas on a segment of the channels, with the base of the whole tensor where it is read. */
export interface WindowSource {
  readonly shape: Shape;
  readonly segment: Segment;
  readonly values: BufferSpec;
  readonly base: BufferSpec | null;
}

/** @param constants the kernel, then `bias` where there is one */
export function depthwiseLaunches(
  operation: DepthwiseOperation,
  source: WindowSource,
  constants: BufferSpec,
  biasAt: number | null,
  result: Result,
): Launch[] {
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
  return eachResultLaunches(result, { cells: sizeOf(operation.window), loads: 2 }, (own) => ({
    shader: DEPTHWISE,
    overrides: resultVariant(own),
    uniforms: [encodeResult(own), parameters],
    buffers: { ...resultBuffers(own), 6: constants, 7: source.values },
  }));
}

export function poolLaunches(
  operation: PoolOperation | GlobalPoolOperation,
  source: WindowSource,
  constants: BufferSpec | null,
  result: Result,
): Launch[] {
  if (operation.kind === 'global-pool' && isBare(result) && result.batch.workspace.layout.name === 'wide') {
    return globalPoolLaunches(operation, source, result);
  }
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
  return eachResultLaunches(result, { cells: sizeOf(window), loads: source.base ? 2 : 1 }, (own) => ({
    shader: POOL,
    overrides: resultVariant(own, { relu: false }),
    uniforms: [encodeResult(own), parameters],
    buffers: { ...resultBuffers(own), 6: constants, 7: source.values, 8: source.base },
  }));
}

/** Everything is pooled in blocks, like what an epilogue pools: there are more threads than channels. */
function globalPoolLaunches(
  { reduction }: GlobalPoolOperation,
  { shape, segment, values, base }: WindowSource,
  result: Result,
): Launch[] {
  const operand: DeviceOperand = result.isDelta
    ? { label: 'all', shape, base, delta: values, segment }
    : { label: 'same', shape, base: values };
  return combineLaunches('first', [operand], { ...result, shape, segment, base, reduction });
}

/** Whether nothing is done to a result. */
function isBare({ scaleAt, shiftAt, addend, activation, pool, reduction }: Result): boolean {
  return [scaleAt, shiftAt, addend, activation, pool, reduction].every((part) => (part ?? null) === null);
}

export function resizeLaunches(
  operation: ResizeOperation,
  source: WindowSource,
  constants: BufferSpec | null,
  result: Result,
): Launch[] {
  const axes = positionsOf(source.shape).flatMap((from, axis) => {
    const { factor, shift, divisor } = resizedAxis(operation, from, result.shape[axis] ?? 1);
    return [from, factor, shift, divisor];
  });
  // The shift may be negative: the shader reads these as signed.
  const parameters = Uint32Array.of(...axes, Number(operation.interpolation === 'bilinear'), 0, 0, 0);
  const loads = operation.interpolation === 'bilinear' ? 4 : 1;
  return eachResultLaunches(result, { loads }, (own) => ({
    shader: RESIZE,
    overrides: blockVariant(own),
    uniforms: [encodeResult(own), parameters],
    buffers: { ...resultBuffers(own), 6: constants, 7: source.values },
  }));
}
