import * as tf from '@tensorflow/tfjs';
import type { Shape, ValueId } from '@ablation-cam/kernels';

/** Inputs and variants that go together: variants `first` to `first + variants - 1` of each input. */
export interface Chunk {
  readonly inputs: number;
  readonly first: number;
  readonly variants: number;
}

/** The values of one chunk of inputs while its steps run; everything in here is freed by `dispose`. */
export class Values {
  readonly #tensors = new Map<ValueId, tf.Tensor>();
  readonly #derived = new Map<object, readonly tf.Tensor[]>();

  /** A value as a step reads it, `[rows, ...shape]`; the tensor belongs to the caller. */
  get(id: ValueId, shape: Shape): tf.Tensor {
    const tensor = this.#tensors.get(id);
    if (!tensor) throw new RangeError(`Value ${String(id)} is read before it is made.`);
    return tensor.reshape([-1, ...shape]);
  }

  /** Takes a tensor over, `[rows, ...]`. */
  set(id: ValueId, tensor: tf.Tensor): void {
    this.free(id);
    this.#tensors.set(id, tf.keep(tensor));
  }

  free(id: ValueId): void {
    this.#tensors.get(id)?.dispose();
    this.#tensors.delete(id);
  }

  /** What `make` derives from base values alone: made for the first chunk of variants, and kept for the others. */
  once(key: object, make: () => readonly tf.Tensor[]): readonly tf.Tensor[] {
    const known = this.#derived.get(key);
    if (known) return known;
    const made = tf.tidy(() => [...make()]);
    for (const tensor of made) tf.keep(tensor);
    this.#derived.set(key, made);
    return made;
  }

  dispose(): void {
    tf.dispose([...this.#tensors.values(), ...[...this.#derived.values()].flat()]);
    this.#tensors.clear();
    this.#derived.clear();
  }
}
