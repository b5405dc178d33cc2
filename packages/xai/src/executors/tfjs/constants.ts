import * as tf from '@tensorflow/tfjs';
import {
  type Chunk,
  type Program,
  type ProgramConstant,
  type ProgramTensor,
} from '@ablation-cam/kernels/lowering';
import { takeTurns } from '../../runtime/turn.ts';

type Values = ProgramConstant['values'];

/** The constants of a program as tensors: uploaded when a plan is prepared, kept until it is disposed of. */
export class Constants {
  readonly #whole = new Map<ProgramTensor, tf.Tensor>();
  readonly #cuts = new Map<ProgramTensor, CutConstant>();

  static async upload({ constants }: Program): Promise<Constants> {
    const uploaded = new Constants();
    const arrays = new Map<Values, tf.Tensor>();
    try {
      for (const constant of constants) {
        const { value, values, shape, variantAxis } = constant;
        await takeTurns();
        if (variantAxis !== null) {
          uploaded.#cuts.set(value, new CutConstant(values, shape, variantAxis));
          continue;
        }
        // One array is held once, in however many shapes.
        const known = arrays.get(values);
        const tensor = known ? tf.reshape(known, [...shape]) : tensorOf(values, [...shape]);
        arrays.set(values, tensor);
        uploaded.#whole.set(value, tf.keep(tensor));
      }
      return uploaded;
    } catch (error) {
      uploaded.dispose();
      throw error;
    }
  }

  /** A constant as a chunk reads it; the tensor stays this object's, and may be freed in another chunk. Undefined if it is none. */
  read(value: ProgramTensor, { first, variants }: Chunk): tf.Tensor | undefined {
    return this.#whole.get(value) ?? this.#cuts.get(value)?.cut(first, variants);
  }

  dispose(): void {
    for (const cut of this.#cuts.values()) cut.dispose();
    tf.dispose([...this.#whole.values()]);
    this.#cuts.clear();
    this.#whole.clear();
  }
}

/**
 * An array whose parts along an axis are tensors, each made when it is first read and kept: the WASM backend copies the whole
 * of a tensor to slice it. Parts of one length are held at a time.
 */
class CutConstant {
  readonly #values: Values;
  readonly #shape: readonly number[];
  readonly #axis: number;
  readonly #parts = new Map<number, tf.Tensor>();
  #length = 0;

  constructor(values: Values, shape: readonly number[], axis: number) {
    this.#values = values;
    this.#shape = shape;
    this.#axis = axis;
  }

  /** Places `first` to `first + length - 1`. Parts of a run but the last have one length. */
  cut(first: number, length: number): tf.Tensor {
    const known = this.#parts.get(first);
    if (known?.shape[this.#axis] === length) return known;
    if (first === 0 && length !== this.#length) {
      this.dispose();
      this.#length = length;
    }
    known?.dispose();
    const shape = this.#shape.map((size, axis) => (axis === this.#axis ? length : size));
    const part = tf.keep(tensorOf(this.#partValues(first, length), shape));
    this.#parts.set(first, part);
    return part;
  }

  dispose(): void {
    tf.dispose([...this.#parts.values()]);
    this.#parts.clear();
  }

  #partValues(first: number, length: number): Values {
    const all = this.#shape[this.#axis] ?? 1;
    if (length === all) return this.#values;
    const inner = this.#shape.slice(this.#axis + 1).reduce((product, size) => product * size, 1);
    const outer = this.#values.length / (all * inner);
    const part =
      this.#values instanceof Int32Array
        ? new Int32Array(outer * length * inner)
        : new Float32Array(outer * length * inner);
    for (let row = 0; row < outer; row++) {
      const from = (row * all + first) * inner;
      part.set(this.#values.subarray(from, from + length * inner), row * length * inner);
    }
    return part;
  }
}

/** Nobody writes to the values: a backend may keep them. */
function tensorOf(values: Values, shape: number[]): tf.Tensor {
  if (values instanceof Int32Array) return tf.tensor(values, shape, 'int32');
  return tf.tensor(values instanceof Float64Array ? new Float32Array(values) : values, shape, 'float32');
}
