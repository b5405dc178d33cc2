import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import { onlyInput, onlyShape, type LayerConfig, type Variable } from './own-layer.ts';
import { regularizerOf, type L1L2Config } from './regularizer.ts';

/** Options by their Keras names, in camel case. */
export interface GroupNormalizationConfig extends LayerConfig {
  /** A divisor of the number of channels, or -1 for as many as channels: instance normalisation. Default: 32. */
  readonly groups?: number;
  /** The channels' axis, counted with the batch. Default: -1. */
  readonly axis?: number;
  /** Default: 1e-3. */
  readonly epsilon?: number;
  /** Whether each channel has a summand, beta. Default: yes. */
  readonly center?: boolean;
  /** Whether each channel has a factor, gamma. Default: yes. */
  readonly scale?: boolean;
  readonly gammaRegularizer?: L1L2Config | null;
  readonly betaRegularizer?: L1L2Config | null;
}

/**
 * Keras's GroupNormalization, which TensorFlow.js lacks: mean and (biased) variance over all axes but the batch's, of each
 * group of neighbouring channels; then gamma and beta of each channel. Runs on any backend and has a gradient, as it is made of
 * operations of TensorFlow.js. Gamma begins with ones, beta with zeros, whatever initializers a configuration names.
 *
 * Source: Y. Wu and K. He, "Group Normalization", ECCV 2018.
 */
export class GroupNormalization extends tf.layers.Layer {
  static readonly className = 'GroupNormalization';

  readonly groups: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly gammaRegularizer: L1L2Config | null;
  readonly betaRegularizer: L1L2Config | null;
  /** Counted with the batch; not negative once the layer is built. */
  axis: number;
  gamma: Variable | null = null;
  beta: Variable | null = null;

  constructor(config: GroupNormalizationConfig = {}) {
    super(config);
    this.groups = config.groups ?? 32;
    this.axis = config.axis ?? -1;
    this.epsilon = config.epsilon ?? 1e-3;
    this.center = config.center ?? true;
    this.scale = config.scale ?? true;
    this.gammaRegularizer = config.gammaRegularizer ?? null;
    this.betaRegularizer = config.betaRegularizer ?? null;
  }

  /** @throws ModelError `unsupported-layer` where the groups do not divide the channels */
  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = onlyShape(inputShape);
    const axis = this.axis < 0 ? this.axis + shape.length : this.axis;
    const channels = shape[axis];
    if (axis < 1 || typeof channels !== 'number') {
      throw new ModelError(
        'unsupported-layer',
        `Layer "${this.name}" (GroupNormalization) needs the number of channels along axis ${String(this.axis)}, but its ` +
          `input has the shape [${shape.join(', ')}]. Choose the axis of the channels.`,
      );
    }
    this.axis = axis;
    if (!Number.isInteger(channels / this.groupsOf(channels))) {
      throw new ModelError(
        'unsupported-layer',
        `Layer "${this.name}" (GroupNormalization) has ${String(this.groups)} groups, which do not divide its ` +
          `${String(channels)} channels. Choose a divisor.`,
      );
    }
    const { ones, zeros } = tf.initializers;
    if (this.scale) {
      const penalty = regularizerOf(this.gammaRegularizer);
      this.gamma = this.addWeight('gamma', [channels], 'float32', ones(), penalty, true);
    }
    if (this.center) {
      const penalty = regularizerOf(this.betaRegularizer);
      this.beta = this.addWeight('beta', [channels], 'float32', zeros(), penalty, true);
    }
    super.build(inputShape);
  }

  /** How many groups there are of so many channels. */
  groupsOf(channels: number): number {
    return this.groups === -1 ? channels : this.groups;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs);
      const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== this.axis);
      const order = [...others, this.axis];
      const isLast = this.axis === x.rank - 1;
      const last = isLast ? x : x.transpose(order);
      const [batch = 1] = last.shape;
      const channels = last.shape.at(-1) ?? 1;
      const groups = this.groupsOf(channels);
      const positions = last.size / batch / channels;
      const grouped = last.reshape([batch, positions, groups, channels / groups]);
      const centered = grouped.sub(grouped.mean([1, 3], true));
      const deviation = centered.square().mean([1, 3], true).add(this.epsilon).sqrt();
      let y: tf.Tensor = centered.div(deviation).reshape([batch, positions, channels]);
      if (this.gamma) y = y.mul(this.gamma.read());
      if (this.beta) y = y.add(this.beta.read());
      const shaped = y.reshape(last.shape);
      return isLast ? shaped : shaped.transpose(order.map((_, axis) => order.indexOf(axis)));
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { groups, axis, epsilon, center, scale, gammaRegularizer, betaRegularizer } = this;
    const penalties = { gammaRegularizer, betaRegularizer } as unknown as tf.serialization.ConfigDict;
    return { ...super.getConfig(), groups, axis, epsilon, center, scale, ...penalties };
  }
}
