import type * as tf from '@tensorflow/tfjs';
import { OwnLayer, onlyInput, onlyShape, type LayerConfig } from './own-layer.ts';
import { resample } from './resample.ts';

export interface UpSampling2dConfig extends LayerConfig {
  /** Factors for height and width. */
  readonly size: readonly [number, number];
}

/**
 * Keras's UpSampling2D with bilinear interpolation, which has half-pixel centers; that of TensorFlow.js has not. (With the nearest
 * neighbor both do the same.)
 */
export class UpSampling2d extends OwnLayer {
  static readonly className = 'KerasUpSampling2D';

  readonly kerasClass = 'UpSampling2D';
  readonly size: readonly [number, number];

  constructor(config: UpSampling2dConfig) {
    super(config);
    this.size = config.size;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = onlyInput(inputs);
    const [, height = 1, width = 1] = x.shape;
    return resample(x, [height * this.size[0], width * this.size[1]], 'bilinear');
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, height = null, width = null, channels = null] = onlyShape(inputShape);
    const times = (length: number | null, factor: number): number | null =>
      length === null ? null : length * factor;
    return [batch, times(height, this.size[0]), times(width, this.size[1]), channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), size: [...this.size], interpolation: 'bilinear' };
  }
}
