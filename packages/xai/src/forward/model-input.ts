import * as tf from '@tensorflow/tfjs';
import type { LayerGraph, OpenShape } from '@ablation-cam/model';
import { XaiError } from '../errors.ts';

/** Values with their shape, row-major; `ModelInput` of the model package is one. */
export interface InputArray {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/**
 * One input or a batch: a tensor or an array, of the shape the model takes with or without the batch axis; for a model
 * with several inputs a list, in the model's order. Tensors stay the caller's.
 */
export type ExplainedInput = tf.Tensor | InputArray | readonly (tf.Tensor | InputArray)[];

/** A checked batch: one array for each input of the model. */
export interface Batch {
  readonly inputs: number;
  readonly arrays: readonly InputArray[];
}

/**
 * Reads and checks what is to be explained.
 *
 * @throws XaiError `invalid-input` for a wrong shape, batches of different sizes, NaN or an infinite value
 */
export async function readBatch(graph: LayerGraph, input: ExplainedInput): Promise<Batch> {
  const list = isList(input) ? input : [input];
  if (list.length !== graph.inputs.length) {
    throw new XaiError(
      'invalid-input',
      `The model has ${String(graph.inputs.length)} inputs, got ${String(list.length)}. Give one for each.`,
    );
  }
  const arrays = await Promise.all(
    list.map((item, index) => readOne(item, graph.tensors[graph.inputs[index] ?? -1]?.shape ?? [])),
  );
  const inputs = arrays[0]?.shape[0] ?? 0;
  if (inputs === 0) throw new XaiError('invalid-input', 'The batch is empty; give at least one input.');
  if (arrays.some(({ shape }) => shape[0] !== inputs)) {
    throw new XaiError('invalid-input', 'The inputs of the model have batches of different sizes.');
  }
  return { inputs, arrays };
}

/** Returns the tensors of inputs `first` to `last - 1`, `[batch, ...shape]`; the caller disposes of them. */
export function batchTensors(batch: Batch, first: number, last: number): tf.Tensor[] {
  return batch.arrays.map(({ data, shape }) => {
    const size = data.length / batch.inputs;
    return tf.tensor(data.subarray(first * size, last * size), [last - first, ...shape.slice(1)], 'float32');
  });
}

async function readOne(input: tf.Tensor | InputArray, expected: OpenShape): Promise<InputArray> {
  const shape = batchShape(input.shape, expected);
  const data = 'dataId' in input ? Float32Array.from(await input.data()) : input.data;
  const size = shape.reduce((product, length) => product * length, 1);
  if (data.length !== size) {
    throw new XaiError(
      'invalid-input',
      `An input of shape [${shape.join(', ')}] needs ${String(size)} values, got ${String(data.length)}.`,
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new XaiError(
      'invalid-input',
      `The input holds ${String(data[bad])} at position ${String(bad)}; every value must be a finite number.`,
    );
  }
  return { data, shape };
}

/** The shape with a batch axis in front. */
function batchShape(shape: readonly number[], expected: OpenShape): readonly number[] {
  const fits = (given: readonly number[]): boolean =>
    given.length === expected.length &&
    expected.every((length, axis) => length === null || length === given[axis]);
  if (fits(shape.slice(1))) return shape;
  if (fits(shape)) return [1, ...shape];
  const wanted = expected.map((length) => (length === null ? 'any' : String(length))).join(', ');
  throw new XaiError(
    'invalid-input',
    `The model takes inputs of shape [${wanted}], alone or with a batch axis in front; got [${shape.join(', ')}].`,
  );
}

function isList(input: ExplainedInput): input is readonly (tf.Tensor | InputArray)[] {
  return Array.isArray(input);
}
