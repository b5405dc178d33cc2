import * as tf from '@tensorflow/tfjs';
import {
  ConvolutionLayer,
  initializerOf,
  type ConvolutionLayerConfig,
  type InitializerConfig,
} from './convolution-layer.ts';
import { onlyInput, onlyShape, type Variable } from './own-layer.ts';
import { regularizerOf, type L1L2Config } from './regularizer.ts';

export interface DilatedDepthwiseConfig extends ConvolutionLayerConfig {
  readonly depthMultiplier?: number;
  readonly depthwiseInitializer?: InitializerConfig;
  readonly depthwiseRegularizer?: L1L2Config | null;
}

/** Keras's DepthwiseConv2D with a dilation, which TensorFlow.js passes over. */
export class DilatedDepthwise extends ConvolutionLayer {
  static readonly className = 'KerasDilatedDepthwise';

  readonly kerasClass = 'DepthwiseConv2D';
  readonly depthMultiplier: number;
  readonly depthwiseRegularizer: L1L2Config | null;
  readonly #depthwiseInitializer: InitializerConfig | undefined;
  /** `[height, width, channels, depthMultiplier]` */
  depthwiseKernel: Variable | null = null;

  constructor(config: DilatedDepthwiseConfig) {
    super(config);
    this.depthMultiplier = config.depthMultiplier ?? 1;
    this.depthwiseRegularizer = config.depthwiseRegularizer ?? null;
    this.#depthwiseInitializer = config.depthwiseInitializer;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = onlyShape(inputShape).at(-1) ?? NaN;
    const initializer = initializerOf(this.#depthwiseInitializer) ?? tf.initializers.glorotUniform({});
    const shape = [...this.kernelSize, channels, this.depthMultiplier];
    const penalty = regularizerOf(this.depthwiseRegularizer);
    this.depthwiseKernel = this.addWeight('depthwise_kernel', shape, 'float32', initializer, penalty, true);
    this.addBias(channels * this.depthMultiplier);
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const kernel = this.depthwiseKernel?.read() as tf.Tensor4D | undefined;
      if (!kernel) throw new RangeError('The layer has no weights yet.');
      return this.finished(this.#convolve(onlyInput(inputs) as tf.Tensor4D, kernel));
    });
  }

  /** TensorFlow.js has no gradient with a dilation: where one is taken, zeros between the kernel's values do the same, slower. */
  #convolve(images: tf.Tensor4D, weights: tf.Tensor4D): tf.Tensor4D {
    const pair = ([height = 1, width = 1]: readonly number[]): [number, number] => [height, width];
    const [strides, dilation] = [pair(this.strides), pair(this.dilationRate)];
    const isRecorded = tf.engine().state.gradientDepth > 0;
    return isRecorded
      ? tf.depthwiseConv2d(images, spread(weights, dilation), strides, this.ownPadding)
      : tf.depthwiseConv2d(images, weights, strides, this.ownPadding, 'NHWC', dilation);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return this.shapeFor(inputShape, (onlyShape(inputShape).at(-1) ?? 0) * this.depthMultiplier);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { depthMultiplier, depthwiseRegularizer } = this;
    const penalty = { depthwiseRegularizer } as unknown as tf.serialization.ConfigDict;
    return { ...super.getConfig(), depthMultiplier, ...penalty };
  }
}

/** A kernel `[height, width, ...]` with zeros between its rows and columns. */
function spread(kernel: tf.Tensor4D, [down, across]: readonly [number, number]): tf.Tensor4D {
  const [height, width, channels, multiplier] = kernel.shape;
  const tall = withZerosAfter(kernel, height, down, width * channels * multiplier);
  const wide = withZerosAfter(tall, height * down * width, across, channels * multiplier);
  const whole = wide.reshape([height * down, width * across, channels, multiplier]);
  const size = [(height - 1) * down + 1, (width - 1) * across + 1, channels, multiplier];
  return whole.slice([0, 0, 0, 0], size) as tf.Tensor4D;
}

/** `rows` rows of `length` values, each followed by `times - 1` rows of zeros. */
function withZerosAfter(x: tf.Tensor, rows: number, times: number, length: number): tf.Tensor {
  const zeros = tf.zeros([rows, (times - 1) * length]);
  return times === 1 ? x : tf.concat([x.reshape([rows, length]), zeros], 1);
}
