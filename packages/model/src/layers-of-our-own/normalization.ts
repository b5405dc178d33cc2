import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import { OwnLayer, onlyInput, onlyShape, type LayerConfig, type Variable } from './own-layer.ts';

export interface NormalizationConfig extends LayerConfig {
  /** The axes that have statistics for each of their cells, counted with the batch; none for one pair of numbers. Default: -1. */
  readonly axis?: number | readonly number[] | null;
  /** Row-major; one number stands for all cells. Without them they are weights. */
  readonly mean?: number | readonly number[] | null;
  readonly variance?: number | readonly number[] | null;
  /** Whether it turns normalized values back. Default: no. */
  readonly invert?: boolean;
}

/** What Keras divides by at least. */
export const leastDeviation = 1e-7;

/** Keras's Normalization: `(x - mean) / max(sqrt(variance), 1e-7)`, or the inverse. */
export class Normalization extends OwnLayer {
  static readonly className = 'KerasNormalization';

  readonly kerasClass = 'Normalization';
  readonly axis: readonly number[];
  readonly givenMean: readonly number[] | null;
  readonly givenVariance: readonly number[] | null;
  readonly invert: boolean;
  /** Counted with the batch, in ascending order; known once the layer is built. */
  keptAxes: readonly number[] = [];
  mean: Variable | null = null;
  variance: Variable | null = null;

  constructor(config: NormalizationConfig = {}) {
    super(config);
    this.axis = listOf(config.axis === undefined ? -1 : config.axis) ?? [];
    this.givenMean = listOf(config.mean ?? null);
    this.givenVariance = listOf(config.variance ?? null);
    this.invert = config.invert ?? false;
  }

  /** @throws ModelError `unsupported-layer` where the statistics do not fit the input */
  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = onlyShape(inputShape);
    this.keptAxes = this.axis.map((axis) => (axis < 0 ? axis + shape.length : axis)).sort((a, b) => a - b);
    const kept = this.keptAxes.map((axis) => shape[axis] ?? NaN);
    const count = kept.reduce((product, length) => product * length, 1);
    const fits = (values: readonly number[] | null): boolean =>
      values === null || values.length === 1 || values.length === count;
    if (Number.isNaN(count) || !fits(this.givenMean) || !fits(this.givenVariance)) {
      throw new ModelError(
        'unsupported-layer',
        `Layer "${this.name}" (Normalization) has statistics for ${String(this.givenMean?.length ?? 'open')} cells along the axes ` +
          `[${this.axis.join(', ')}], but its input has the shape [${shape.join(', ')}]. Adapt the layer again in Keras.`,
      );
    }
    if (!this.givenMean || !this.givenVariance) {
      const { zeros, ones } = tf.initializers;
      this.mean = this.addWeight('mean', kept, 'float32', zeros(), undefined, false);
      this.variance = this.addWeight('variance', kept, 'float32', ones(), undefined, false);
    }
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs).cast('float32');
      const shape = x.shape.map((length, axis) => (this.keptAxes.includes(axis) ? length : 1));
      const statistic = (given: readonly number[] | null, weight: Variable | null): tf.Tensor => {
        const value = weight?.read() ?? tf.tensor1d([...(given ?? [])]);
        return value.size === 1 ? value.reshape([]) : value.reshape(shape);
      };
      const mean = statistic(this.givenMean, this.mean);
      const deviation = statistic(this.givenVariance, this.variance).sqrt().maximum(leastDeviation);
      return this.invert ? x.mul(deviation).add(mean) : x.sub(mean).div(deviation);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { axis, givenMean: mean, givenVariance: variance, invert } = this;
    return {
      ...super.getConfig(),
      ...({ axis, mean, variance, invert } as unknown as tf.serialization.ConfigDict),
    };
  }
}

function listOf(value: number | readonly number[] | null): readonly number[] | null {
  return typeof value === 'number' ? [value] : value;
}
