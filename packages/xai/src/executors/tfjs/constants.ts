import * as tf from '@tensorflow/tfjs';

/** Arrays of numbers as tensors: made when a plan is prepared, kept until it is disposed of. */
export class Constants {
  readonly #flat = new Map<ArrayLike<number>, tf.Tensor>();
  readonly #shaped: tf.Tensor[] = [];
  readonly #cuts: CutConstant[] = [];

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

  /** An array that is read in parts along an axis. */
  cuts(values: Float32Array | Float64Array, shape: readonly number[], axis: number): CutConstant {
    const cuts = new CutConstant(values, shape, axis);
    this.#cuts.push(cuts);
    return cuts;
  }

  dispose(): void {
    for (const cuts of this.#cuts.splice(0)) cuts.dispose();
    tf.dispose([...this.#flat.values(), ...this.#shaped]);
    this.#flat.clear();
    this.#shaped.length = 0;
  }
}

/**
 * An array whose parts along an axis are tensors, each made when it is first read and kept: the WASM backend copies the whole
 * of a tensor to slice it. Parts of one length are held at a time.
 */
export class CutConstant {
  readonly #values: Float32Array | Float64Array;
  readonly #shape: readonly number[];
  readonly #axis: number;
  readonly #parts = new Map<number, tf.Tensor>();
  #length = 0;

  constructor(values: Float32Array | Float64Array, shape: readonly number[], axis: number) {
    this.#values = values;
    this.#shape = shape;
    this.#axis = axis;
  }

  /** Places `first` to `first + length - 1`; the tensor stays this object's. Parts of a run but the last have one length. */
  cut(first: number, length: number): tf.Tensor {
    const known = this.#parts.get(first);
    if (known?.shape[this.#axis] === length) return known;
    if (first === 0 && length !== this.#length) {
      this.dispose();
      this.#length = length;
    }
    known?.dispose();
    const part = tf.keep(tf.tensor(this.#partValues(first, length), this.#partShape(length)));
    this.#parts.set(first, part);
    return part;
  }

  dispose(): void {
    tf.dispose([...this.#parts.values()]);
    this.#parts.clear();
  }

  #partShape(length: number): number[] {
    return this.#shape.map((size, axis) => (axis === this.#axis ? length : size));
  }

  #partValues(first: number, length: number): Float32Array {
    const all = this.#shape[this.#axis] ?? 1;
    if (length === all) return Float32Array.from(this.#values);
    const inner = this.#shape.slice(this.#axis + 1).reduce((product, size) => product * size, 1);
    const outer = this.#values.length / (all * inner);
    const part = new Float32Array(outer * length * inner);
    for (let row = 0; row < outer; row++) {
      const from = (row * all + first) * inner;
      part.set(this.#values.subarray(from, from + length * inner), row * length * inner);
    }
    return part;
  }
}
