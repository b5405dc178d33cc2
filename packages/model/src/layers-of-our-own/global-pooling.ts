import type * as tf from '@tensorflow/tfjs';
import { OwnLayer, onlyInput, onlyShape, type LayerConfig } from './own-layer.ts';

export interface GlobalPoolingConfig extends LayerConfig {
  readonly kerasClass: string;
}

/** Keras's global pooling that keeps the axes of positions, with length 1 (`keepdims`); channels last. */
export class GlobalPooling extends OwnLayer {
  static readonly className = 'KerasGlobalPooling';

  /** `GlobalAveragePooling2D`, `GlobalMaxPooling1D`, ... */
  readonly kerasClass: string;
  readonly reduction: 'average' | 'max';

  constructor({ kerasClass, ...config }: GlobalPoolingConfig) {
    super(config);
    this.kerasClass = kerasClass;
    this.reduction = kerasClass.includes('Max') ? 'max' : 'average';
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = onlyInput(inputs);
    const positions = Array.from({ length: x.rank - 2 }, (_, axis) => axis + 1);
    return this.reduction === 'max' ? x.max(positions, true) : x.mean(positions, true);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = onlyShape(inputShape);
    return shape.map((length, axis) => (axis === 0 || axis === shape.length - 1 ? length : 1));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), keepdims: true };
  }
}
