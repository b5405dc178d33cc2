import * as tf from '@tensorflow/tfjs';

/** An update rule; plain data, so that a checkpoint can hold it. */
export type OptimizerSettings =
  | { readonly kind: 'sgd'; readonly momentum: number }
  | { readonly kind: 'adam'; readonly beta1: number; readonly beta2: number; readonly epsilon: number }
  | {
      readonly kind: 'adamw';
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      /** Decay of weights of rank 2 and more (not of biases), times the learning rate, a step. */
      readonly weightDecay: number;
    };

/**
 * Moves trainable variables along their gradients. Unlike those of TF.js, its whole state is the slots and the number of
 * the step, so that a training resumed from them goes on bit for bit: powers of beta are computed, not accumulated.
 *
 * The caller disposes of it.
 *
 * Sources: Kingma and Ba, "Adam", 2015 (Algorithm 1; epsilon after the correction, as in Keras); Loshchilov and Hutter,
 * "Decoupled weight decay regularization", 2019 (Algorithm 2).
 */
export class Optimizer {
  /** One of every kind of slot for each variable, zeros at first. */
  readonly slots: readonly tf.Variable[];
  readonly #variables: readonly tf.Variable[];

  constructor(
    readonly settings: OptimizerSettings,
    variables: readonly tf.Variable[],
  ) {
    this.#variables = variables;
    const slots: tf.Variable[] = [];
    try {
      for (const variable of variables) {
        for (let i = 0; i < slotCounts[settings.kind]; i++) {
          slots.push(tf.tidy(() => tf.variable(tf.zerosLike(variable), false)));
        }
      }
    } catch (error) {
      tf.dispose(slots);
      throw error;
    }
    this.slots = slots;
  }

  /** Takes one step; `step` counts from 0. `gradients` are in the order of the variables and stay the caller's. */
  update(gradients: readonly tf.Tensor[], rate: number, step: number): void {
    tf.tidy(() => {
      this.#variables.forEach((variable, i) => {
        const gradient = gradients[i];
        if (gradient !== undefined) this.#move(variable, gradient, i, rate, step);
      });
    });
  }

  dispose(): void {
    tf.dispose([...this.slots]);
  }

  #move(variable: tf.Variable, gradient: tf.Tensor, index: number, rate: number, step: number): void {
    const { settings } = this;
    const count = slotCounts[settings.kind];
    const [first, second] = this.slots.slice(index * count, (index + 1) * count);
    if (first === undefined) return;
    if (settings.kind === 'sgd') {
      first.assign(tf.sub(tf.mul(first, settings.momentum), tf.mul(gradient, rate)));
      variable.assign(tf.add(variable, first));
      return;
    }
    if (second === undefined) return;
    const { beta1, beta2, epsilon } = settings;
    first.assign(tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1)));
    second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
    const mean = tf.div(first, 1 - beta1 ** (step + 1));
    const deviation = tf.sqrt(tf.div(second, 1 - beta2 ** (step + 1)));
    const change = tf.mul(tf.div(mean, tf.add(deviation, epsilon)), rate);
    const decays = settings.kind === 'adamw' && variable.rank > 1;
    const decayed = decays ? tf.mul(variable, 1 - rate * settings.weightDecay) : variable;
    variable.assign(tf.sub(decayed, change));
  }
}

/** SGD keeps a velocity; Adam the means of the gradient and of its square. */
const slotCounts: Record<OptimizerSettings['kind'], number> = { sgd: 1, adam: 2, adamw: 2 };
