import { channelPlane } from '../ablation/channel-weights.ts';
import type { AblationInput, TensorSource } from '../ablation/contract.ts';
import { KernelsError } from '../errors.ts';

/** The value that stands for "off" of inputs `first` to `first + inputs - 1`, `[inputs, channels]`. */
export function offValues(
  { ablation, activation, inputs: all }: AblationInput,
  channels: number,
  first: number,
  inputs: number,
): Float32Array {
  if (ablation.kind === 'values') {
    const { values } = ablation;
    if (values.length !== channels) return rowsOf(values, all, first, inputs);
    return Float32Array.from({ length: inputs * channels }, (_, i) => values[i % channels] ?? 0);
  }
  const own = rowsOf(onCpu(activation), all, first, inputs);
  const size = own.length / inputs;
  return Float32Array.from({ length: inputs * channels }, (_, i) => {
    const n = Math.floor(i / channels);
    const plane = channelPlane(own.subarray(n * size, (n + 1) * size), i % channels, channels);
    return plane.reduce((sum, value) => sum + value, 0) / plane.length;
  });
}

/** Inputs `first` to `first + inputs - 1` of an array with a row for each of `all` inputs. */
export function rowsOf(values: Float32Array, all: number, first: number, inputs: number): Float32Array {
  const size = values.length / all;
  return values.subarray(first * size, (first + inputs) * size);
}

/** @throws KernelsError `invalid-input` for a tensor on a GPU */
export function onCpu(source: TensorSource | readonly never[]): Float32Array {
  if (source instanceof Float32Array) return source;
  throw new KernelsError('invalid-input', 'This executor takes tensors on the CPU, got a GPU buffer.');
}
