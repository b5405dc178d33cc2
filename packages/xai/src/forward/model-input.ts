import * as tf from '@tensorflow/tfjs';
import { positionNotFinite, type Network, type OpenShape } from '@ablation-cam/model';
import { XaiError } from '../errors.ts';

/** Values with their shape, row-major; `ModelInput` of the model package is one. */
export interface InputArray<Data extends ArrayLike<number> = Float32Array> {
  readonly data: Data;
  readonly shape: readonly number[];
}

/** Numbers in arrays in arrays, one level for each axis, as `tensor.arraySync()` gives them. */
export type NestedArray = readonly number[] | readonly NestedArray[];

/** The values of one input of a network; a flat list of numbers takes the shape of the network's input. */
export type InputValues =
  tf.Tensor | InputArray<ArrayLike<number>> | Float32Array | Float64Array | NestedArray;

/**
 * One input or a batch: of the shape the network takes with or without the batch axis; for a network with several inputs a
 * list, in the network's order. Tensors stay the caller's and are read before anything else happens: they may be disposed
 * of as soon as the call has been made.
 */
export type ExplainedInput = InputValues | readonly InputValues[];

/** A checked batch: one array for each input of the network. */
export interface InputBatch {
  readonly inputs: number;
  readonly arrays: readonly InputArray[];
}

/** Tensors that were taken out of the caller's hands until they are read. */
export interface HeldInput {
  readonly items: readonly InputValues[];
  readonly release: () => void;
}

/**
 * Holds on to what is to be explained; to be called before the first `await`, so that a `tf.tidy` around the call or a
 * `dispose` behind it does no harm.
 *
 * @throws XaiError `invalid-input` for what is no input at all
 */
export function holdInput(input: ExplainedInput): HeldInput {
  const owned: tf.Tensor[] = [];
  const items = itemsOf(input).map((item) => {
    if (!isTensor(item)) return item;
    if (item.isDisposed) {
      throw new XaiError(
        'invalid-input',
        'The input is a tensor that was disposed of. Make the call before that.',
      );
    }
    const own = tf.keep(item.clone());
    owned.push(own);
    return own;
  });
  return {
    items,
    release: () => {
      tf.dispose(owned);
    },
  };
}

/**
 * Reads and checks what is to be explained.
 *
 * @throws XaiError `invalid-input` for a wrong shape, batches of different sizes, NaN or an infinite value
 */
export async function readBatch(
  { inputs: expected }: Pick<Network, 'inputs'>,
  held: HeldInput,
): Promise<InputBatch> {
  const list = ofNetwork(held.items, expected.length);
  const arrays = await Promise.all(list.map((item, index) => readOne(item, expected[index]?.shape ?? [])));
  const inputs = arrays[0]?.shape[0] ?? 0;
  if (inputs === 0) throw new XaiError('invalid-input', 'The batch is empty; give at least one input.');
  if (arrays.some(({ shape }) => shape[0] !== inputs)) {
    throw new XaiError('invalid-input', 'The inputs of the model have batches of different sizes.');
  }
  return { inputs, arrays };
}

/** Returns the values of inputs `first` to `last - 1`, row-major, for each input of the network. */
export function batchArrays(batch: InputBatch, first: number, last: number): Float32Array[] {
  return batch.arrays.map(({ data }) => {
    const size = data.length / batch.inputs;
    return data.subarray(first * size, last * size);
  });
}

/** Returns the tensors of inputs `first` to `last - 1`, `[batch, ...shape]`; the caller disposes of them. */
export function batchTensors(batch: InputBatch, first: number, last: number): tf.Tensor[] {
  return batchArrays(batch, first, last).map((values, i) => {
    return tf.tensor(values, [last - first, ...(batch.arrays[i]?.shape.slice(1) ?? [])], 'float32');
  });
}

/** What was given for each input: a list of arrays of numbers is one nested array. */
function itemsOf(input: ExplainedInput): readonly InputValues[] {
  if (isTensor(input) || isTypedArray(input)) return [input];
  if (Array.isArray(input)) {
    const list = input as readonly unknown[];
    return list.length > 0 && list.every(isWhole) ? list : [input as NestedArray];
  }
  if (typeof input === 'object' && (input as unknown) !== null && 'data' in input) return [input];
  throw new XaiError(
    'invalid-input',
    `An input was expected - a tensor, { data, shape }, or an array of numbers - but got ${described(input)}.`,
  );
}

/** A network with several inputs may get nested arrays, too, one in the list for each. */
function ofNetwork(items: readonly InputValues[], inputs: number): readonly InputValues[] {
  if (items.length === inputs) return items;
  const [nested] = items;
  if (
    items.length === 1 &&
    Array.isArray(nested) &&
    nested.length === inputs &&
    nested.every(Array.isArray)
  ) {
    return nested;
  }
  throw new XaiError(
    'invalid-input',
    `The model has ${String(inputs)} inputs, got ${String(items.length)}. Give one for each.`,
  );
}

function described(input: unknown): string {
  if (typeof input === 'string') {
    return `the text ${JSON.stringify(input)}. Read a file with \`await readInput(${JSON.stringify(input)}, { shape })\``;
  }
  return input === null || input === undefined ? 'nothing' : `a value of type ${typeof input}`;
}

function isTensor(input: unknown): input is tf.Tensor {
  return typeof input === 'object' && input !== null && 'dataId' in input;
}

function isTypedArray(input: unknown): input is Float32Array | Float64Array {
  return ArrayBuffer.isView(input) && 'length' in input;
}

function isWhole(item: unknown): item is InputValues {
  return (
    isTensor(item) || isTypedArray(item) || (typeof item === 'object' && item !== null && 'data' in item)
  );
}

async function readOne(input: InputValues, expected: OpenShape): Promise<InputArray> {
  const { values, shape: given } = await valuesOf(input, expected);
  const shape = batchShape(given, expected);
  const size = shape.reduce((product, length) => product * length, 1);
  if (values.length !== size) {
    throw new XaiError(
      'invalid-input',
      `An input of shape [${shape.join(', ')}] needs ${String(size)} values, got ${String(values.length)}.`,
    );
  }
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  const bad = positionNotFinite(data);
  if (bad >= 0) {
    throw new XaiError(
      'invalid-input',
      `The input holds ${String(values[bad])} at position ${String(bad)}; every value must be a finite number` +
        `${Number.isFinite(values[bad]) ? ' in single precision' : ''}.`,
    );
  }
  return { data, shape };
}

async function valuesOf(
  input: InputValues,
  expected: OpenShape,
): Promise<{ values: ArrayLike<number>; shape: readonly number[] }> {
  if (isTensor(input)) return { values: Float32Array.from(await input.data()), shape: input.shape };
  if (isTypedArray(input)) return { values: input, shape: shapeOfFlat(input.length, expected) };
  if ('data' in input) {
    const { data, shape } = input as Partial<InputArray<ArrayLike<number>>>;
    if (data && Array.isArray(shape)) return { values: data, shape: shape as readonly number[] };
    throw new XaiError(
      'invalid-input',
      `An input of the form { data, shape } lacks its ${data ? 'shape' : 'data'}; the model takes the shape ` +
        `[${wanted(expected)}].`,
    );
  }
  return flattened(input, expected);
}

function flattened(
  nested: NestedArray,
  expected: OpenShape,
): { values: readonly number[]; shape: readonly number[] } {
  const shape: number[] = [];
  for (let level: unknown = nested; Array.isArray(level); level = level[0] as unknown)
    shape.push(level.length);
  const values = (nested as readonly unknown[]).flat(Infinity) as readonly number[];
  const wrong = values.findIndex((value) => typeof value !== 'number');
  if (wrong >= 0) {
    throw new XaiError(
      'invalid-input',
      `The array holds a value of type ${typeof values[wrong]}; give numbers.`,
    );
  }
  if (shape.length === 1) return { values, shape: shapeOfFlat(values.length, expected) };
  return { values, shape };
}

/** The shape of values that come without one: that of the network's input, several times over for a batch. */
function shapeOfFlat(length: number, expected: OpenShape): readonly number[] {
  const size = expected.reduce<number | null>(
    (product, axis) => (product === null || axis === null ? null : product * axis),
    1,
  );
  if (size !== null && length > 0 && length % size === 0)
    return [length / size, ...expected.map((axis) => axis ?? 0)];
  throw new XaiError(
    'invalid-input',
    `${String(length)} values without a shape do not make an input of the shape [${wanted(expected)}]. ` +
      'Give { data, shape }, or a tensor.',
  );
}

/** The shape with a batch axis in front. */
function batchShape(shape: readonly number[], expected: OpenShape): readonly number[] {
  const fits = (given: readonly number[]): boolean =>
    given.length === expected.length &&
    expected.every((length, axis) => length === null || length === given[axis]);
  if (fits(shape.slice(1))) return shape;
  if (fits(shape)) return [1, ...shape];
  throw new XaiError(
    'invalid-input',
    `The model takes inputs of shape [${wanted(expected)}], alone or with a batch axis in front; got [${shape.join(', ')}].`,
  );
}

function wanted(expected: OpenShape): string {
  return expected.map((length) => (length === null ? 'any' : String(length))).join(', ');
}
