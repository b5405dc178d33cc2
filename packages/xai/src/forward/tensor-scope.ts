import * as tf from '@tensorflow/tfjs';

/** Tensors that end together, also where one of them could not be made. */
export class TensorScope {
  readonly #tensors: tf.Tensor[] = [];

  /** Returns what it is given, which the scope owns from now on. */
  keep<Made extends tf.Tensor | readonly tf.Tensor[]>(made: Made): Made {
    this.#tensors.push(...[made].flat());
    return made;
  }

  /** Frees what was kept; may be called twice. */
  dispose(): void {
    tf.dispose(this.#tensors.splice(0));
  }
}
