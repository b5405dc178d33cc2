import * as tf from '@tensorflow/tfjs';
import { framing, type Aspect, type Framing, type Size } from './framing.ts';
import { OwnLayer, onlyInput, onlyShape, type LayerConfig } from './own-layer.ts';
import { resample, type ResizeInterpolation } from './resample.ts';

export interface ResizingConfig extends LayerConfig {
  readonly height: number;
  readonly width: number;
  readonly interpolation?: ResizeInterpolation;
  readonly cropToAspectRatio?: boolean;
  readonly padToAspectRatio?: boolean;
  /** What the border is made of. Default: 0. */
  readonly fillValue?: number;
}

/** Keras's Resizing of images `[height, width, channels]`, with half-pixel centers. */
export class Resizing extends OwnLayer {
  static readonly className = 'KerasResizing';

  readonly kerasClass = 'Resizing';
  readonly height: number;
  readonly width: number;
  readonly interpolation: ResizeInterpolation;
  readonly aspect: Aspect;
  readonly fillValue: number;

  constructor(config: ResizingConfig) {
    super(config);
    this.height = config.height;
    this.width = config.width;
    this.interpolation = config.interpolation ?? 'bilinear';
    this.aspect = config.cropToAspectRatio ? 'crop' : config.padToAspectRatio ? 'pad' : 'stretch';
    this.fillValue = config.fillValue ?? 0;
  }

  /** What is made of an image of so many rows and columns before it is resampled. */
  framing(size: Size): Framing {
    return framing(this.aspect, size, [this.height, this.width]);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs).cast('float32');
      const [batch = 1, rows = 1, columns = 1, channels = 1] = x.shape;
      const { start, size, border } = this.framing([rows, columns]);
      const part = x.slice([0, ...start, 0], [batch, ...size, channels]);
      const [tall, wide] = border;
      const framed = part.pad(
        [
          [0, 0],
          [tall, tall],
          [wide, wide],
          [0, 0],
        ],
        this.fillValue,
      );
      return resample(framed, [this.height, this.width], this.interpolation);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, , , channels = null] = onlyShape(inputShape);
    return [batch, this.height, this.width, channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { height, width, interpolation, aspect, fillValue } = this;
    const framed = { cropToAspectRatio: aspect === 'crop', padToAspectRatio: aspect === 'pad', fillValue };
    return { ...super.getConfig(), height, width, interpolation, ...framed };
  }
}
