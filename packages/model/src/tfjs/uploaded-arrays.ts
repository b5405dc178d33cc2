import * as tf from '@tensorflow/tfjs';
import type { ProgramConstant } from '@ablation-cam/kernels/lowering';

type Values = ProgramConstant['values'];

interface Uploaded {
  readonly tensor: tf.Tensor;
  readonly users: Set<object>;
}

/** Arrays of weights on TensorFlow.js's current backend, each there once for all graphs that read it, and flat. */
export class UploadedArrays {
  readonly #arrays = new Map<Values, Uploaded>();
  /** Where they are. */
  #backend: object | null = null;

  /** To be called after a backend was made current: what lies on another one, which may be gone, is uploaded again when it is read. */
  settle(): void {
    if (this.#backend === tf.backend()) return;
    this.dispose();
    this.#backend = tf.backend();
  }

  /** The array in a shape, for a graph; a tensor of the caller's `tf.tidy`. Nobody writes to the array: a backend may keep it. */
  read(values: Values, shape: readonly number[], user: object): tf.Tensor {
    const known = this.#arrays.get(values);
    const uploaded = known ?? { tensor: tf.keep(tensorOf(values)), users: new Set() };
    uploaded.users.add(user);
    this.#arrays.set(values, uploaded);
    return tf.reshape(uploaded.tensor, [...shape]);
  }

  /** Frees what only this graph reads. */
  release(user: object): void {
    for (const [values, { tensor, users }] of this.#arrays) {
      users.delete(user);
      if (users.size > 0) continue;
      tensor.dispose();
      this.#arrays.delete(values);
    }
  }

  dispose(): void {
    tf.dispose([...this.#arrays.values()].map(({ tensor }) => tensor));
    this.#arrays.clear();
  }
}

function tensorOf(values: Values): tf.Tensor {
  if (values instanceof Int32Array) return tf.tensor1d(values, 'int32');
  return tf.tensor1d(values instanceof Float64Array ? new Float32Array(values) : values, 'float32');
}
