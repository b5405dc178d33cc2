import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import type { JsonObject } from './json.ts';

/** The class that `zeroWeights` names; also the key under which TF.js looks it up. */
const className = 'AblationCamZeros';

/** How many values may still be made, while a network is being built. */
let left = Number.POSITIVE_INFINITY;
/** What was made meanwhile: TF.js leaves a value behind where it cannot make a variable of it, such as for its name. */
let made: tf.Tensor[] = [];

/**
 * Zeros until the weights are read: drawing random numbers first would take seconds in a large network. They are counted,
 * because a network may claim any size, and a backend that has once run out of memory does not work again.
 */
class CountedZeros extends tf.serialization.Serializable {
  static readonly className = className;

  /** As the initialiser it stands for, so that the model is saved in terms that others know. */
  override getClassName(): string {
    return 'Zeros';
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {};
  }

  /** How TF.js tells initialisers from other things. */
  fromConfigUsesCustomObjects(): boolean {
    return false;
  }

  apply(shape: tf.Shape, dtype?: tf.DataType): tf.Tensor {
    left -= shape.reduce<number>((product, size) => product * (size ?? NaN), 1);
    if (!(left >= 0)) {
      throw new ModelError(
        'invalid-file',
        `a weight of the shape [${shape.join(', ')}] makes the network larger than the weights that are there`,
      );
    }
    const zeros = tf.zeros(shape as number[], dtype);
    made.push(zeros);
    return zeros;
  }
}

/** For a layer's configuration: every weight starts as zeros, counted by `countingZeros`. */
export const zeroWeights: JsonObject = { class_name: className, config: {} };

/** Every argument of TF.js layers that makes a weight; a layer passes over those of others. */
export const initializerArguments = [
  'kernel_initializer',
  'bias_initializer',
  'depthwise_initializer',
  'pointwise_initializer',
  'recurrent_initializer',
  'embeddings_initializer',
  'alpha_initializer',
  'beta_initializer',
  'gamma_initializer',
  'moving_mean_initializer',
  'moving_variance_initializer',
] as const;

/**
 * Builds a network that has at most `count` values in its weights; more fail inside with ModelError `invalid-file`.
 *
 * @param build must make all weights before it returns
 */
export function countingZeros<T>(count: number, build: () => T): T {
  // Not when this module is loaded: loading a package must have no effect.
  if (tf.serialization.SerializationMap.getMap().classNameMap[className] === undefined) {
    tf.serialization.registerClass(CountedZeros);
  }
  left = count;
  try {
    return build();
  } finally {
    left = Number.POSITIVE_INFINITY;
    for (const zeros of made) if (!zeros.isDisposed) zeros.dispose();
    made = [];
  }
}
