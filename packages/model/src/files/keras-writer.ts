/**
 * Who wrote a network: versions of Keras and TensorFlow.js give the same names to layers that compute different things. TF.js
 * passes over a dilation, for instance, and Keras 3 has another hard sigmoid than Keras 2.
 */
export type KerasWriter = 'tfjs' | 'keras-2' | 'keras-3';

/** @param version `keras_version` of a file: "3.4.1", "2.15.0", "tfjs-layers 4.22.0"; files that do not say are Keras 2's */
export function writerOf(version: unknown): KerasWriter {
  if (typeof version !== 'string') return 'keras-2';
  if (version.startsWith('tfjs')) return 'tfjs';
  return Number.parseInt(version, 10) >= 3 ? 'keras-3' : 'keras-2';
}
