import * as tf from '@tensorflow/tfjs';
import { OwnLayer, onlyInput, type LayerConfig } from './own-layer.ts';

export interface ReluConfig extends LayerConfig {
  readonly maxValue?: number | null;
  readonly negativeSlope?: number;
  readonly threshold?: number;
}

/**
 * Keras's ReLU with all that it takes: x above the threshold, at most `maxValue`, and `negativeSlope * (x - threshold)` below.
 * TensorFlow.js's has the maximum only.
 */
export class Relu extends OwnLayer {
  static readonly className = 'KerasReLU';

  readonly kerasClass = 'ReLU';
  readonly maxValue: number | null;
  readonly negativeSlope: number;
  readonly threshold: number;

  constructor(config: ReluConfig = {}) {
    super(config);
    this.maxValue = config.maxValue ?? null;
    this.negativeSlope = config.negativeSlope ?? 0;
    this.threshold = config.threshold ?? 0;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs);
      const { negativeSlope, threshold, maxValue } = this;
      const below = x.sub(threshold).mul(negativeSlope);
      const y = tf.where(x.greater(threshold), x, below);
      return maxValue === null ? y : y.minimum(maxValue);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { maxValue, negativeSlope, threshold } = this;
    return { ...super.getConfig(), maxValue, negativeSlope, threshold };
  }
}
