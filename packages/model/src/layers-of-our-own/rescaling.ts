import * as tf from '@tensorflow/tfjs';
import { OwnLayer, onlyInput, type LayerConfig } from './own-layer.ts';

export interface RescalingConfig extends LayerConfig {
  /** One number, or one a channel. */
  readonly scale?: number | readonly number[];
  /** One number, or one a channel. Default: 0. */
  readonly offset?: number | readonly number[];
}

/** Keras's Rescaling, `x * scale + offset`, also with numbers for each channel, which are the last axis. */
export class Rescaling extends OwnLayer {
  static readonly className = 'KerasRescaling';

  readonly kerasClass = 'Rescaling';
  readonly scale: number | readonly number[];
  readonly offset: number | readonly number[];

  constructor(config: RescalingConfig) {
    super(config);
    this.scale = config.scale ?? 1;
    this.offset = config.offset ?? 0;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs).cast('float32');
      return x.mul(constant(this.scale)).add(constant(this.offset));
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { scale, offset } = this;
    return { ...super.getConfig(), ...({ scale, offset } as tf.serialization.ConfigDict) };
  }
}

function constant(value: number | readonly number[]): tf.Tensor | number {
  return typeof value === 'number' ? value : tf.tensor1d([...value]);
}
