import type * as tf from '@tensorflow/tfjs';
import { OwnLayer, onlyInput, type LayerConfig } from './own-layer.ts';

export interface InferenceIdentityConfig extends LayerConfig {
  readonly kerasClass: string;
}

/**
 * Layers that do something in training only: Keras's augmentations (`RandomFlip`, ...), its dropouts of whole maps, its
 * penalties on activations, and `Identity` itself. Here they hand on their input.
 */
export class InferenceIdentity extends OwnLayer {
  static readonly className = 'KerasIdentity';

  readonly kerasClass: string;
  /** What the layer was made with, to be saved again. */
  readonly #options: tf.serialization.ConfigDict;

  constructor({ kerasClass, ...config }: InferenceIdentityConfig) {
    super(config);
    this.kerasClass = kerasClass;
    this.#options = config as unknown as tf.serialization.ConfigDict;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return onlyInput(inputs);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...this.#options, ...super.getConfig() };
  }
}
