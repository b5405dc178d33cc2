import * as tf from '@tensorflow/tfjs';

/** Layers between two tensors of a network. */
export type Block = (x: tf.SymbolicTensor) => tf.SymbolicTensor;

// Weights are drawn afterwards from a seed; drawing them twice would take long for a hundred million of them.
const kernelInitializer = 'zeros';

/** Applies layers and blocks one after the other. */
export function chain(...parts: readonly (tf.layers.Layer | Block)[]): Block {
  return (x) =>
    parts.reduce(
      (y, part) => (typeof part === 'function' ? part(y) : (part.apply(y) as tf.SymbolicTensor)),
      x,
    );
}

/** A model from one input. */
export function modelOf(shape: readonly number[], block: Block): tf.LayersModel {
  const input = tf.input({ shape: [...shape], name: 'input' });
  return tf.model({ inputs: input, outputs: block(input) });
}

/** A sum with what goes around a block, by way of another where the shapes differ. */
export function residual(block: Block, around: Block = (x) => x): Block {
  return (x) => tf.layers.add().apply([block(x), around(x)]) as tf.SymbolicTensor;
}

export interface ConvolutionSettings {
  readonly name?: string;
  readonly strides?: number;
  readonly useBias?: boolean;
  readonly activation?: 'relu' | 'linear';
}

export const convolution2d = (filters: number, kernelSize: number, settings: ConvolutionSettings = {}) =>
  tf.layers.conv2d({ filters, kernelSize, padding: 'same', kernelInitializer, ...settings });
export const convolution1d = (filters: number, kernelSize: number, settings: ConvolutionSettings = {}) =>
  tf.layers.conv1d({ filters, kernelSize, padding: 'same', kernelInitializer, ...settings });
export const normalization = () => tf.layers.batchNormalization({});
export const relu = () => tf.layers.reLU({});
export const dense = (units: number, activation: 'relu' | 'softmax') =>
  tf.layers.dense({ units, activation, kernelInitializer });
