import * as tf from '@tensorflow/tfjs';

/** Activation functions of Keras that TensorFlow.js has not, by the names they are registered under. */
const functions = {
  /** Of Keras 3; that of Keras 2 and TensorFlow.js is steeper. */
  kerasHardSigmoid: (x) => tf.relu6(x.add(3)).div(6),
  kerasHardSilu: (x) => x.mul(tf.relu6(x.add(3)).div(6)),
  kerasHardTanh: (x) => tf.clipByValue(x, -1, 1),
  kerasLeakyRelu: (x) => tf.leakyRelu(x, 0.2),
  kerasExponential: (x) => tf.exp(x),
  kerasLogSigmoid: (x) => tf.logSigmoid(x),
  kerasSquareplus: (x) => x.add(x.square().add(4).sqrt()).div(2),
} as const satisfies Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>>;

export type OwnActivation = keyof typeof functions;

/** The names that Keras 3 gives them; those of Keras 2 among them that mean the same. */
export const ownActivations: Readonly<Record<string, OwnActivation>> = {
  hard_silu: 'kerasHardSilu',
  hard_swish: 'kerasHardSilu',
  hard_tanh: 'kerasHardTanh',
  leaky_relu: 'kerasLeakyRelu',
  exponential: 'kerasExponential',
  log_sigmoid: 'kerasLogSigmoid',
  squareplus: 'kerasSquareplus',
};

/** Makes them known to TensorFlow.js as those of its own. */
export function registerActivations(): void {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  for (const [name, apply] of Object.entries(functions)) {
    if (name in classNameMap) continue;
    tf.serialization.registerClass(
      class extends tf.serialization.Serializable {
        static readonly className = name;

        getConfig(): tf.serialization.ConfigDict {
          return {};
        }

        apply(x: tf.Tensor): tf.Tensor {
          return tf.tidy(() => apply(x));
        }
      },
    );
  }
}
