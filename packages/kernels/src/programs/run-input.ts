import type { AblationInput, TensorSource } from '../ablation/contract.ts';
import { offValues } from '../ablation/off-values.ts';
import { KernelsError } from '../errors.ts';

/** The value that stands for "off" of inputs `first` to `first + inputs - 1`, `[inputs, channels]`. */
export function offRows(
  { ablation, activation, inputs: all }: Pick<AblationInput, 'ablation' | 'activation' | 'inputs'>,
  channels: number,
  first: number,
  inputs: number,
): Float32Array {
  const rows = new Float32Array(inputs * channels);
  for (let n = 0; n < inputs; n++) {
    const own = rowsOf(onCpu(activation), all, first + n, 1);
    rows.set(offValues(ablation, channels, first + n, own), n * channels);
  }
  return rows;
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
