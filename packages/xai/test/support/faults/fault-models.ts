import * as tf from '@tensorflow/tfjs';
import { sequenceModel, setRandomWeights } from '../models.ts';

const same = { kernelSize: 3, padding: 'same', activation: 'relu' } as const;

/** Small, so that it has few points, with layers on either side of its targets. Takes `[8, 2]`, three classes. */
export function signalModel(): tf.LayersModel {
  return modelOf([]);
}

/** The same with a layer of nobody's behind the last target. */
export function ownLayerModel(): tf.LayersModel {
  return modelOf([new Halves()]);
}

function modelOf(behind: readonly tf.layers.Layer[]): tf.LayersModel {
  const { conv1d, globalAveragePooling1d, dense } = tf.layers;
  const model = sequenceModel([
    conv1d({ ...same, filters: 3, inputShape: [8, 2], name: 'first' }),
    conv1d({ ...same, filters: 4, name: 'last' }),
    ...behind,
    globalAveragePooling1d({}),
    dense({ units: 3, activation: 'softmax' }),
  ]);
  setRandomWeights(model, 3);
  return model;
}

/** y = x / 2, which the importer does not know. */
class Halves extends tf.layers.Layer {
  static readonly className = 'Halves';

  override computeOutputShape(shape: tf.Shape): tf.Shape {
    return shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => (Array.isArray(inputs) ? inputs[0]! : inputs).mul(0.5));
  }
}
