import { withoutShape } from './convert-config.ts';
import {
  isModelClass,
  layerName,
  layersOf,
  type Json,
  type KerasLayer,
  type KerasObject,
} from './keras-config.ts';

/** A converted configuration as a functional one: a sequential model becomes the chain that it is. */
export function asFunctional(model: KerasObject): KerasObject {
  if (model.class_name !== 'Sequential') return model;
  const [first, ...others] = layersOf(model.config);
  if (!first) return model;
  const shape = inputShape(first);
  const layers =
    first.class_name === 'InputLayer' || shape === undefined
      ? [first, ...others]
      : [inputBefore(first, shape), withoutShape(first), ...others];
  const chain = layers.map((layer, place): KerasLayer => {
    const before = layers[place - 1];
    const inbound: Json = before ? [[reference(before)]] : [];
    return { ...layer, name: layerName(layer), inbound_nodes: inbound };
  });
  const last = layers.at(-1) ?? first;
  return {
    class_name: 'Functional',
    config: {
      ...model.config,
      layers: chain as unknown as Json,
      input_layers: [[layerName(layers[0] ?? first), 0, 0]],
      output_layers: [reference(last).slice(0, 3)],
    },
  };
}

/** The call 0 of a nested model is the one inside it. */
function reference(layer: KerasLayer): Json[] {
  return [layerName(layer), isModelClass(layer.class_name) ? 1 : 0, 0, {}];
}

function inputBefore(layer: KerasLayer, shape: Json): KerasLayer {
  const name = `${layerName(layer)}_input`;
  const { dtype = 'float32' } = layer.config;
  return { class_name: 'InputLayer', name, config: { name, batch_input_shape: shape, dtype, sparse: false } };
}

/** What a layer says of its input; of a model, its first layer does. */
function inputShape({ class_name, config }: KerasObject): Json | undefined {
  if (!isModelClass(class_name)) return config['batch_input_shape'];
  const layers = layersOf(config);
  const first = layers.find((layer) => layer.class_name === 'InputLayer') ?? layers[0];
  return first && inputShape(first);
}
