import * as tf from '@tensorflow/tfjs';
import {
  channelsOf,
  isWindowOfOnes,
  positionsOf,
  sizeOf,
  weightValues,
  type ConvolveStep,
  type WeightValues,
} from '@ablation-cam/kernels';
import { plusPartial, type Change } from '../change.ts';
import type { Constants } from '../constants.ts';
import { compileEpilogue } from '../epilogue.ts';
import { wholeOf } from '../operands.ts';
import { asImages, convolveImages, imageAxes } from '../operations/windows.ts';
import type { CompiledStep } from './compiled-step.ts';

/** A convolution of every variant's deltas, or a matrix product where the window is a single cell. */
export function compileConvolve(step: ConvolveStep, constants: Constants): CompiledStep {
  const { source, sliding, partial, shape } = step;
  const { length } = source.segment;
  const filters = channelsOf(shape);
  const positions = positionsOf(shape);
  const isPointwise = isWindowOfOnes(sliding);
  const rows = segmentRows(step, weightValues(step.kernel));
  const kernelShape = isPointwise ? [length, filters] : [...imageAxes(sliding.window, 1), length, filters];
  const kernel = constants.tensor(rows, kernelShape);
  const epilogue = compileEpilogue(step.epilogue, wholeOf(shape), shape, constants);

  return (values, chunk) => {
    const deltas = values.get(source.delta, [...positionsOf(source.shape), length]);
    const tensor = isPointwise
      ? tf.matMul(deltas.reshape([-1, length]), kernel)
      : convolveImages(asImages(deltas), kernel as tf.Tensor4D, sliding, positions);
    const change: Change = { tensor, inside: false, positions, channels: filters };
    return epilogue(plusPartial(change, partial, values, chunk), values, chunk);
  };
}

/** The rows of the kernel for the source's segment, `[taps, segment, filters]`. */
function segmentRows({ source, sliding, shape }: ConvolveStep, kernel: WeightValues): WeightValues {
  const { start, length } = source.segment;
  const channels = channelsOf(source.shape);
  if (length === channels) return kernel;
  const filters = channelsOf(shape);
  const rows = new Float32Array(sizeOf(sliding.window) * length * filters);
  for (let tap = 0; tap < sizeOf(sliding.window); tap++) {
    const from = (tap * channels + start) * filters;
    rows.set(kernel.subarray(from, from + length * filters), tap * length * filters);
  }
  return rows;
}
