import * as tf from '@tensorflow/tfjs';
import { ModelError } from '../errors.ts';
import { isBackendLost } from '../backend/lost-backend.ts';
import { fetchTensors } from '../backend/fetch-weights.ts';
import { positionNotFinite } from '../network/not-finite.ts';
import { isModel } from './layer-fields.ts';
import { describeShape } from './shapes.ts';

/** Returns a weight's values, or null for no weight. */
export type WeightReader = (weight: tf.Tensor | null) => Promise<Float32Array | null>;

interface Kept {
  /** What the variable held when it was read: an assignment gives a variable other data. */
  readonly data: object;
  readonly values: Promise<Float32Array>;
}

/**
 * The values of a model's weights on the host, each read once, also one that several layers share: an imported graph is
 * made of them, and a model whose GPU is gone gets them back.
 */
export class WeightStore {
  /** Listed once: TensorFlow.js walks through all layers for it. */
  readonly #variables: tf.LayersModel['weights'];
  readonly #model: tf.LayersModel;
  readonly #kept = new Map<tf.Tensor, Kept>();
  #version = 0;

  constructor(model: tf.LayersModel) {
    this.#variables = model.weights;
    this.#model = model;
  }

  /** Grows whenever weights were found changed: by training, by `setWeights`, by another model that shares a layer. */
  get version(): number {
    const weights = this.#weights();
    const isChanged = weights.some((weight) => {
      const kept = this.#kept.get(weight);
      return kept !== undefined && kept.data !== weight.dataId;
    });
    if (isChanged) {
      for (const weight of weights) {
        if (this.#kept.get(weight)?.data !== weight.dataId) this.#kept.delete(weight);
      }
      this.#version++;
    }
    return this.#version;
  }

  /**
   * The array may be the backend's own, so nobody may write to it.
   *
   * @throws ModelError `not-found` where the weights went with a lost GPU device, `not-finite` for NaN or an infinite weight
   */
  readonly read: WeightReader = async (weight) => {
    if (!weight) return null;
    const known = this.#kept.get(weight);
    if (known?.data === weight.dataId) return known.values;
    const values = weight.data().then((data) => {
      const read = data instanceof Float32Array ? data : Float32Array.from(data);
      this.#refuseNotFinite(weight, read);
      return read;
    });
    this.#kept.set(weight, { data: weight.dataId, values });
    try {
      return await values;
    } catch (error) {
      this.#kept.delete(weight);
      if (!(await isBackendLost(weight))) throw error;
      throw new ModelError(
        'not-found',
        'Weights of the model were on a GPU device that was lost before they were read. Load the model again.',
        { cause: error },
      );
    }
  };

  /** Reads all weights, also of layers that are no operations of the graph. @throws as `read` */
  async readAll(): Promise<void> {
    await Promise.all(this.#weights().map((weight) => this.read(weight)));
  }

  /** Gives a weight values; where they are those that were kept, nothing counts as changed. */
  async write(weight: tf.Tensor, assign: () => void, values: Float32Array): Promise<void> {
    const kept = this.#kept.get(weight);
    const isOwn = kept !== undefined && (await kept.values) === values;
    assign();
    if (isOwn) this.#kept.set(weight, { data: weight.dataId, values: kept.values });
  }

  /**
   * Makes the weights available to TensorFlow.js's current backend: those on a GPU that is gone are uploaded again, those on
   * another backend's GPU are read, since TensorFlow.js moves tensors synchronously.
   */
  async settle(): Promise<void> {
    const lost: tf.Tensor[] = [];
    for (const weight of this.#weights()) if (await isBackendLost(weight)) lost.push(weight);
    for (const weight of lost) {
      const kept = this.#kept.get(weight);
      if (kept?.data !== weight.dataId) continue;
      const values = await kept.values;
      const copy = tf.tensor(values.slice(), weight.shape, weight.dtype);
      // A layer's weight is read as the variable itself.
      if (weight instanceof tf.Variable) weight.assign(copy);
      copy.dispose();
      this.#kept.set(weight, { data: weight.dataId, values: kept.values });
    }
    await fetchTensors(this.#weights());
  }

  /** Results do not always show them: an activation in XNNPACK makes 0 of NaN, and so does a maximum. */
  #refuseNotFinite(weight: tf.Tensor, values: Float32Array): void {
    const position = positionNotFinite(values);
    if (position < 0) return;
    const owner = layersOf(this.#model).find(({ weights }) => weights.some((own) => own.read() === weight));
    throw new ModelError(
      'not-finite',
      `A weight of layer "${owner?.name ?? ''}" (${owner?.getClassName() ?? 'unknown'}) holds ${String(values[position])} ` +
        `at position ${String(position)} of its shape ${describeShape(weight.shape)}; every weight must be a finite ` +
        'number. The training diverged or the file is damaged: load weights from before that.',
    );
  }

  #weights(): tf.Tensor[] {
    return this.#variables.map((variable) => variable.read());
  }
}

/** The layers of a model and of the models in it. */
function layersOf({ layers }: tf.LayersModel): tf.layers.Layer[] {
  return layers.flatMap((layer) => (isModel(layer) ? layersOf(layer) : [layer]));
}
