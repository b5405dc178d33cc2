import {
  shapeIn,
  type Chunk,
  type Program,
  type ProgramConstant,
  type ProgramNode,
} from '../../src/lowering.ts';
import { outputTensors } from '../../src/lowering/program-builder.ts';
import { activate } from '../../src/reference/activation-functions.ts';
import { evaluateNode } from '../../src/reference/evaluate-node.ts';
import { merge } from '../../src/reference/operations/elementwise.ts';
import { convolve, convolveDepthwise, pool } from '../../src/reference/operations/windows.ts';
import { fill, flatIndex, type Tensor } from '../../src/reference/tensor.ts';
import { stridesOf } from '../../src/tail/shape.ts';
import { product } from './program-shapes.ts';

/** What a run of a program is given, in float64. */
export interface ProgramInput {
  readonly inputs: number;
  /** By node of the tail, `[inputs, ...shape]`. */
  readonly given: ReadonlyMap<number, Float64Array>;
  /** `[inputs, channels]` */
  readonly off: Float64Array;
}

/**
 * Interprets a program in float64, in chunks of `variants`. Returns its outputs for all variants, `[inputs, channels, elements]`
 * each, or what its last step reads.
 */
export function runProgram(
  program: Program,
  input: ProgramInput,
  channels: number,
  variants: number,
): Float64Array[] {
  const { inputs, given, off } = input;
  const values = new Map<number, Tensor>();
  const whole = { inputs, first: 0, variants };
  for (const { node, value } of program.given) {
    if (value !== null) values.set(value, tensor(program, value, whole, given.get(node)));
  }
  if (program.off !== null) values.set(program.off, tensor(program, program.off, whole, off));
  setConstants(program, values, whole);
  runNodes(program, program.once, values, whole);
  if (program.variants === 'all') {
    return outputTensors(program).map((value) => values.get(value)?.data ?? new Float64Array());
  }
  const results: Float64Array[] = [];
  for (let first = 0; first < channels; first += variants) {
    const chunk = { inputs, first, variants: Math.min(variants, channels - first) };
    setConstants(program, values, chunk);
    runNodes(program, program.each, values, chunk);
    outputTensors(program).forEach((value, i) => {
      const data = values.get(value)?.data ?? new Float64Array();
      const size = data.length / inputs / chunk.variants;
      const result = (results[i] ??= new Float64Array(inputs * channels * size));
      for (let n = 0; n < inputs; n++) {
        const rows = data.subarray(n * chunk.variants * size, (n + 1) * chunk.variants * size);
        result.set(rows, (n * channels + first) * size);
      }
    });
  }
  return results;
}

function tensor(program: Program, value: number, chunk: Chunk, data: Float64Array | undefined): Tensor {
  const shape = shapeIn(program.values[value] ?? [], chunk);
  if (data?.length !== product(shape))
    throw new Error(`[${shape.join(', ')}] was given ${String(data?.length)} values`);
  return { shape, data };
}

function setConstants(program: Program, values: Map<number, Tensor>, chunk: Chunk): void {
  for (const constant of program.constants) {
    values.set(constant.value, tensor(program, constant.value, chunk, ofChunk(constant, chunk)));
  }
}

/** The cells of a chunk's variants. */
function ofChunk({ values, shape, variantAxis }: ProgramConstant, { first, variants }: Chunk): Float64Array {
  if (variantAxis === null) return Float64Array.from(values);
  const inner = product(shape.slice(variantAxis + 1));
  const all = shape[variantAxis] ?? 1;
  return Float64Array.from(values).filter((_, i) => {
    const cell = Math.floor(i / inner) % all;
    return cell >= first && cell < first + variants;
  });
}

function runNodes(
  program: Program,
  nodes: readonly ProgramNode[],
  values: Map<number, Tensor>,
  chunk: Chunk,
): void {
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => {
      const x = values.get(input);
      if (!x) throw new Error(`tensor ${input} is read before it is made`);
      return x;
    });
    const shape = shapeIn(program.values[node.output] ?? [], chunk);
    values.set(node.output, { shape, data: evaluate(node, inputs, shape) });
    for (const freed of node.frees) values.delete(freed);
  }
}

function evaluate(
  { operation }: ProgramNode,
  inputs: readonly Tensor[],
  shape: readonly number[],
): Float64Array {
  const [x, y] = inputs;
  if (!x) throw new Error('an operation without input');
  switch (operation.kind) {
    case 'convolution': {
      const { filters, kernel } = { filters: y?.shape[3] ?? 0, kernel: y?.data ?? new Float64Array() };
      return eachImage(x, shape, (image, out) =>
        convolve({ ...operation, filters, kernel, bias: null }, image, out),
      );
    }
    case 'depthwise': {
      const kernel = y?.data ?? new Float64Array();
      const of = {
        ...operation,
        multiplier: y?.shape[3] ?? 0,
        kernel: kernel as unknown as Float32Array,
        bias: null,
      };
      return eachImage(x, shape, (image, out) => convolveDepthwise(of, image, out));
    }
    case 'pool':
      return eachImage(x, shape, (image, out) => pool(operation, image, out));
    case 'mat-mul': {
      const [inner = 0, columns = 0] = y?.shape ?? [];
      return fill(shape, ([row = 0, column = 0]) => {
        let sum = 0;
        for (let i = 0; i < inner; i++)
          sum += (x.data[row * inner + i] ?? 0) * (y?.data[i * columns + column] ?? 0);
        return sum;
      });
    }
    case 'reduce':
      return reduce(x, shape, operation.reduction, operation.axes);
    case 'softmax':
      return evaluateNode({ name: 'softmax', operation, shape: x.shape }, [x]);
    case 'unary': {
      const { function: name, alpha } = operation;
      return x.data.map((value) => unary(name, alpha, value));
    }
    case 'binary': {
      const name = operation.function;
      if (!y) throw new Error('an operation of two tensors was given one');
      if (name === 'divide' || name === 'equal') {
        const ones = { shape: [1], data: Float64Array.of(1) };
        const [a, b] = [x, y].map((side) => merge('multiply', [side, ones], shape));
        return (a ?? x.data).map((value, i) =>
          name === 'divide' ? value / (b?.[i] ?? 0) : Number(value === b?.[i]),
        );
      }
      return merge(name, [x, y], shape);
    }
    case 'reshape':
      return x.data;
    case 'transpose':
      return evaluateNode(
        { name: 'transpose', operation: { kind: 'permute', axes: operation.axes }, shape },
        [x],
      );
    case 'slice':
      return fill(shape, (place) =>
        at(
          x,
          place.map((cell, axis) => (operation.starts[axis] ?? 0) + cell * (operation.steps[axis] ?? 1)),
        ),
      );
    case 'concat':
      return evaluateNode(
        { name: 'concat', operation: { kind: 'concatenate', axis: operation.axis }, shape },
        inputs,
      );
    case 'pad':
      return fill(shape, (place) => {
        const from = place.map((cell, axis) => cell - (operation.before[axis] ?? 0));
        return from.every((cell, axis) => cell >= 0 && cell < (x.shape[axis] ?? 0)) ? at(x, from) : 0;
      });
    case 'gather':
      return fill(shape, (place) => {
        return at(x, place.with(operation.axis, y?.data[place[operation.axis] ?? 0] ?? NaN));
      });
    case 'resize-bilinear': {
      const resize = { ...operation, kind: 'resize', interpolation: 'bilinear' } as const;
      return eachImage(x, shape, (image, out) =>
        evaluateNode({ name: 'resize', operation: resize, shape: out }, [image]),
      );
    }
    case 'expand':
      return merge('add', [x, { shape: [1], data: Float64Array.of(0) }], shape);
  }
}

function unary(name: string, alpha: number, x: number): number {
  switch (name) {
    case 'clip':
      return Math.min(Math.max(x, 0), alpha);
    case 'negate':
      return -x;
    case 'absolute':
      return Math.abs(x);
    case 'square-root':
      return Math.sqrt(x);
    case 'exponential':
      return Math.exp(x);
    case 'erf':
      // gelu(x) = x / 2 (1 + erf(x / sqrt 2))
      return x === 0
        ? 0
        : (2 * activate({ kind: 'activation', function: 'gelu' }, x * Math.SQRT2)) / (x * Math.SQRT2) - 1;
    case 'relu':
    case 'leaky-relu':
    case 'elu':
    case 'thresholded-relu':
    case 'sigmoid':
    case 'tanh':
    case 'softplus':
    case 'logarithm':
    case 'power':
      return activate({ kind: 'activation', function: name, alpha }, x);
    default:
      throw new Error(`nobody knows ${name}`);
  }
}

function reduce(
  x: Tensor,
  shape: readonly number[],
  reduction: 'max' | 'average',
  axes: readonly number[],
): Float64Array {
  const result = new Float64Array(product(shape)).fill(reduction === 'max' ? -Infinity : 0);
  const strides = stridesOf(shape);
  let i = 0;
  fill(x.shape, (place) => {
    const to = flatIndex(
      strides,
      place.map((cell, axis) => (axes.includes(axis) ? 0 : cell)),
    );
    const value = x.data[i++] ?? NaN;
    result[to] = reduction === 'max' ? Math.max(result[to] ?? NaN, value) : (result[to] ?? NaN) + value;
    return 0;
  });
  const count = x.data.length / result.length;
  return reduction === 'max' ? result : result.map((sum) => sum / count);
}

function eachImage(
  { shape, data }: Tensor,
  output: readonly number[],
  of: (image: Tensor, output: readonly number[]) => Float64Array,
): Float64Array {
  const [batch = 0, ...image] = shape;
  const size = product(image);
  const result = new Float64Array(product(output));
  for (let n = 0; n < batch; n++) {
    const found = of({ shape: image, data: data.subarray(n * size, (n + 1) * size) }, output.slice(1));
    result.set(found, n * found.length);
  }
  return result;
}

function at({ shape, data }: Tensor, place: readonly number[]): number {
  return data[flatIndex(stridesOf(shape), place)] ?? NaN;
}
