import type * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import { layerClass, layerField } from './layer-fields.ts';
import type { LayerCall } from './layer-graph.ts';

/** Layers that compute something else where they get a mask. */
const MASK_READERS = new Set([
  'RNN',
  'SimpleRNN',
  'GRU',
  'LSTM',
  'ConvLSTM2D',
  'Bidirectional',
  'TimeDistributed',
  'Softmax',
]);

/**
 * Refuses models in which a mask has an effect: it travels beside the tensors, so that a run which starts at a tensor in
 * the middle would go without it. A mask that no layer reads (an embedding in front of convolutions) does no harm.
 *
 * TensorFlow.js hands the mask it met last to every layer after it, connected or not; so the order of the calls counts.
 *
 * @throws ModelError `unsupported-layer`
 */
export function refuseMasks(calls: readonly LayerCall[]): void {
  const first = calls.findIndex(({ layer }) => makesMask(layer));
  if (first < 0) return;
  const reader = calls.slice(first + 1).find(({ layer }) => MASK_READERS.has(layerClass(layer) ?? ''));
  if (!reader) return;
  throw new ModelError(
    'unsupported-layer',
    `Layer "${reader.name}" reads the mask that "${calls[first]?.name ?? ''}" makes, and masks are not supported. ` +
      'Rebuild the model without masking, with padded positions as zeros.',
  );
}

function makesMask(layer: tf.layers.Layer): boolean {
  return layerClass(layer) === 'Masking' || layerField(layer, 'maskZero') === true;
}
