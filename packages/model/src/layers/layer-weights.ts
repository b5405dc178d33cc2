import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import type { WeightAccess, LayerWeight } from '../network/network.ts';
import { layerClass } from './layer-fields.ts';
import type { LayerGraph } from './layer-graph.ts';
import type { WeightStore } from './weight-store.ts';

/** Where the layers with filters keep them among their weights; channels are the last axis, so that the stride is 1. */
const FILTER_WEIGHT: Readonly<Record<string, number>> = {
  Conv1D: 0,
  Conv2D: 0,
  Dense: 0,
  DepthwiseConv2D: 0,
  KerasConvolution: 0,
  KerasDilatedDepthwise: 0,
  // The pointwise filter is the one with the output's channels.
  SeparableConv2D: 1,
};

/** The weights of the layers that a graph calls. */
export function layerWeights({ calls }: LayerGraph, store: WeightStore): WeightAccess {
  const layers = new Map<string, tf.layers.Layer>();
  for (const { name, layer } of calls) if (layer.weights.length > 0) layers.set(name, layer);
  const layerCalled = (name: string): tf.layers.Layer => {
    const layer = layers.get(name);
    if (layer) return layer;
    throw new ModelError('unknown-layer', `The model has no layer "${name}" with weights.`);
  };
  return {
    layers: [...layers.keys()],
    read: async (name) => {
      const read: LayerWeight[] = [];
      for (const variable of layerCalled(name).weights) {
        const weight = variable.read();
        read.push({ shape: weight.shape, values: (await store.read(weight)) ?? new Float32Array() });
      }
      return read;
    },
    write: async (name, weights) => {
      for (const [index, variable] of layerCalled(name).weights.entries()) {
        const { shape = [], values = new Float32Array() } = weights[index] ?? {};
        await store.write(
          variable.read(),
          () => {
            // The copy keeps the caller's array apart from a backend that holds on to what it is given.
            const tensor = tf.tensor(values.slice(), [...shape], 'float32');
            variable.write(tensor);
            tensor.dispose();
          },
          values,
        );
      }
    },
    filterOf: (name) => {
      const known = layers.get(name);
      const weight = known && FILTER_WEIGHT[layerClass(known) ?? ''];
      return weight === undefined ? null : { weight, stride: 1 };
    },
  };
}
