import * as tf from '@tensorflow/tfjs';

/** Arrays of numbers as tensors: made when a plan is prepared, kept until it is disposed of. */
export class Constants {
  readonly #flat = new Map<ArrayLike<number>, tf.Tensor>();
  readonly #shaped: tf.Tensor[] = [];

  /** An array in a shape; one array is held once, in however many shapes. */
  tensor(values: Float32Array | Float64Array, shape: readonly number[]): tf.Tensor {
    let flat = this.#flat.get(values);
    if (!flat) {
      flat = tf.tensor1d(Float32Array.from(values));
      this.#flat.set(values, flat);
    }
    const shaped = flat.reshape([...shape]);
    this.#shaped.push(shaped);
    return shaped;
  }

  dispose(): void {
    tf.dispose([...this.#flat.values(), ...this.#shaped]);
    this.#flat.clear();
    this.#shaped.length = 0;
  }
}
