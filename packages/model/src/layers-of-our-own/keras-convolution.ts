import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import {
  ConvolutionLayer,
  initializerOf,
  type ConvolutionLayerConfig,
  type InitializerConfig,
} from './convolution-layer.ts';
import { onlyInput, onlyShape, type Variable } from './own-layer.ts';
import { regularizerOf, type L1L2Config } from './regularizer.ts';

export interface KerasConvolutionConfig extends ConvolutionLayerConfig {
  readonly filters: number;
  readonly groups?: number;
  readonly kernelInitializer?: InitializerConfig;
  readonly kernelRegularizer?: L1L2Config | null;
}

/**
 * Keras's Conv1D and Conv2D with what TensorFlow.js passes over or lacks: groups, where each group of filters reads a group of
 * channels, and causal padding, where no position reads later ones.
 */
export class KerasConvolution extends ConvolutionLayer {
  static readonly className = 'KerasConvolution';

  readonly kerasClass: string;
  readonly filters: number;
  readonly groups: number;
  readonly kernelRegularizer: L1L2Config | null;
  readonly #kernelInitializer: InitializerConfig | undefined;
  /** `[...window, channels / groups, filters]` */
  kernel: Variable | null = null;

  constructor(config: KerasConvolutionConfig) {
    super(config);
    this.kerasClass = config.kernelSize.length === 1 ? 'Conv1D' : 'Conv2D';
    this.filters = config.filters;
    this.groups = config.groups ?? 1;
    this.kernelRegularizer = config.kernelRegularizer ?? null;
    this.#kernelInitializer = config.kernelInitializer;
  }

  /** @throws ModelError `unsupported-layer` where the groups do not divide channels or filters */
  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = onlyShape(inputShape).at(-1) ?? NaN;
    const { filters, groups } = this;
    if (!Number.isInteger(channels / groups) || !Number.isInteger(filters / groups)) {
      throw new ModelError(
        'unsupported-layer',
        `Layer "${this.name}" (${this.kerasClass}) has ${String(groups)} groups, which do not divide its ${String(channels)} ` +
          `channels and ${String(filters)} filters. Choose a divisor.`,
      );
    }
    const initializer = initializerOf(this.#kernelInitializer) ?? tf.initializers.glorotUniform({});
    const shape = [...this.kernelSize, channels / groups, filters];
    const penalty = regularizerOf(this.kernelRegularizer);
    this.kernel = this.addWeight('kernel', shape, 'float32', initializer, penalty, true);
    this.addBias(filters);
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = this.#padded(onlyInput(inputs));
      const kernel = this.kernel?.read();
      if (!kernel) throw new RangeError('The layer has no weights yet.');
      const parts = tf.split(x, this.groups, -1);
      const kernels = tf.split(kernel, this.groups, -1);
      const groups = parts.map((part, group) => this.#convolve(part, kernels[group] ?? kernel));
      return this.finished(tf.concat(groups, -1));
    });
  }

  #padded(x: tf.Tensor): tf.Tensor {
    if (this.padding !== 'causal') return x;
    const inFront = this.dilationRate.map((rate, axis) => rate * ((this.kernelSize[axis] ?? 1) - 1));
    return tf.pad(x, [[0, 0], ...inFront.map((cells): [number, number] => [cells, 0]), [0, 0]]);
  }

  #convolve(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
    const { strides, ownPadding: padding, dilationRate } = this;
    if (x.rank === 3) {
      const [stride = 1] = strides;
      const [dilation = 1] = dilationRate;
      return tf.conv1d(x as tf.Tensor3D, kernel as tf.Tensor3D, stride, padding, 'NWC', dilation);
    }
    const pair = ([height = 1, width = 1]: readonly number[]): [number, number] => [height, width];
    const [images, weights] = [x as tf.Tensor4D, kernel as tf.Tensor4D];
    return tf.conv2d(images, weights, pair(strides), padding, 'NHWC', pair(dilationRate));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return this.shapeFor(inputShape, this.filters);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { filters, groups, kernelRegularizer } = this;
    const penalty = { kernelRegularizer } as unknown as tf.serialization.ConfigDict;
    return { ...super.getConfig(), filters, groups, ...penalty };
  }
}
