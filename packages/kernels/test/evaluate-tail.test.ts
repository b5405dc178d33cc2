import { assertClose } from '@ablation-cam/tools/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Operation, type Shape, type Tail, type TailNode } from '../src/index.ts';
import { evaluateTail } from '../src/lowering.ts';

const test = suite('evaluation of a tail, by hand');
const EXACT = { absolute: 1e-12 };

/** The result of one operation on inputs given as constants; the first one is the target. */
function evaluate(operation: Operation, shape: Shape, ...inputs: [Shape, number[]][]): Float64Array {
  const tail: Tail = {
    nodes: [
      ...inputs.map(([own], i) => node({ kind: i === 0 ? 'target' : 'constant' }, [], own)),
      node(
        operation,
        inputs.map((_, i) => i),
        shape,
      ),
    ],
    target: 0,
    output: inputs.length,
    scoreFunction: 'linear',
  };
  const values = new Map(inputs.map(([, data], i) => [i, Float64Array.from(data)]));
  return evaluateTail(tail, values).at(-1) ?? new Float64Array();
}

function node(operation: Operation, inputs: readonly number[], shape: Shape): TailNode {
  return { name: operation.kind, operation, inputs, shape };
}

const window2 = { window: [2], strides: [2], dilation: [1], padBefore: [1] };

test('convolution: padded cells are zero, the bias counts once', () => {
  const kernel = Float32Array.of(1, 10, 2, 20);
  const operation = {
    kind: 'convolution',
    filters: 2,
    ...window2,
    kernel,
    bias: Float32Array.of(100, 0),
  } as const;
  // Windows (pad, 1), (2, 3): 2 * 1 and 1 * 2 + 2 * 3.
  assertClose(
    evaluate(
      operation,
      [2, 2],
      [
        [3, 1],
        [1, 2, 3],
      ],
    ),
    [102, 20, 108, 80],
    EXACT,
  );
});

test('dilation skips cells', () => {
  const operation = {
    kind: 'convolution',
    filters: 1,
    ...{ window: [2], strides: [1], dilation: [2], padBefore: [0] },
    kernel: Float32Array.of(1, 10),
    bias: null,
  } as const;
  assertClose(
    evaluate(
      operation,
      [2, 1],
      [
        [4, 1],
        [1, 2, 3, 4],
      ],
    ),
    [31, 42],
    EXACT,
  );
});

test('depthwise: every channel has filters of its own, side by side', () => {
  const operation = {
    kind: 'depthwise',
    multiplier: 2,
    ...{ window: [1], strides: [1], dilation: [1], padBefore: [0] },
    kernel: Float32Array.of(1, 2, 3, 4),
    bias: null,
  } as const;
  assertClose(
    evaluate(
      operation,
      [1, 4],
      [
        [1, 2],
        [5, 7],
      ],
    ),
    [5, 10, 21, 28],
    EXACT,
  );
});

test('pooling: padded cells count neither in a maximum nor in a mean', () => {
  const { window, strides, padBefore } = window2;
  const x: [Shape, number[]] = [
    [3, 1],
    [-1, -2, -4],
  ];
  const pool = (reduction: 'max' | 'average'): Operation => ({
    kind: 'pool',
    reduction,
    window,
    strides,
    padBefore,
  });
  assertClose(evaluate(pool('max'), [2, 1], x), [-1, -2], EXACT);
  assertClose(evaluate(pool('average'), [2, 1], x), [-1, -3], EXACT);
});

test('global pooling reduces all positions of a channel', () => {
  const x: [Shape, number[]] = [
    [2, 1, 2],
    [1, 5, 3, -5],
  ];
  assertClose(evaluate({ kind: 'global-pool', reduction: 'average' }, [2], x), [2, 0], EXACT);
  assertClose(evaluate({ kind: 'global-pool', reduction: 'max' }, [2], x), [3, 5], EXACT);
});

test('merges repeat what is missing in front and along axes of length 1', () => {
  const x: [Shape, number[]] = [
    [2, 2],
    [1, 2, 3, 4],
  ];
  assertClose(
    evaluate({ kind: 'merge', function: 'multiply' }, [2, 2], x, [[2], [10, 100]]),
    [10, 200, 30, 400],
    EXACT,
  );
  assertClose(
    evaluate({ kind: 'merge', function: 'subtract' }, [2, 2], x, [
      [2, 1],
      [1, 2],
    ]),
    [0, 1, 1, 2],
    EXACT,
  );
  assertClose(
    evaluate({ kind: 'merge', function: 'average' }, [2, 2], x, x, [[1], [0]]),
    [2 / 3, 4 / 3, 2, 8 / 3],
    EXACT,
  );
});

test('concatenation along either axis', () => {
  const [a, b]: [Shape, number[]][] = [
    [
      [2, 1],
      [1, 2],
    ],
    [
      [2, 1],
      [3, 4],
    ],
  ];
  assertClose(evaluate({ kind: 'concatenate', axis: 1 }, [2, 2], a!, b!), [1, 3, 2, 4], EXACT);
  assertClose(evaluate({ kind: 'concatenate', axis: 0 }, [4, 1], a!, b!), [1, 2, 3, 4], EXACT);
});

test('permutation, padding, cropping and repetition', () => {
  const x: [Shape, number[]] = [
    [2, 3],
    [1, 2, 3, 4, 5, 6],
  ];
  assertClose(evaluate({ kind: 'permute', axes: [1, 0] }, [3, 2], x), [1, 4, 2, 5, 3, 6], EXACT);
  assertClose(
    evaluate(
      { kind: 'pad', before: [1] },
      [4, 1],
      [
        [2, 1],
        [7, 8],
      ],
    ),
    [0, 7, 8, 0],
    EXACT,
  );
  assertClose(
    evaluate(
      { kind: 'crop', before: [1] },
      [1, 1],
      [
        [3, 1],
        [7, 8, 9],
      ],
    ),
    [8],
    EXACT,
  );
  assertClose(evaluate({ kind: 'repeat' }, [2, 2], [[2], [7, 8]]), [7, 8, 7, 8], EXACT);
});

test('resampling: values of TensorFlow, with half-pixel centers and without', () => {
  const x: [Shape, number[]] = [
    [2, 1, 1],
    [0, 10],
  ];
  const resized = (
    interpolation: 'nearest' | 'bilinear',
    coordinates: 'asymmetric' | 'half-pixel',
    height: number,
    from: [Shape, number[]] = x,
  ): Float64Array => evaluate({ kind: 'resize', interpolation, coordinates }, [height, 1, 1], from);
  assertClose(resized('nearest', 'asymmetric', 4), [0, 0, 10, 10], EXACT);
  assertClose(resized('bilinear', 'asymmetric', 4), [0, 5, 10, 10], EXACT);
  assertClose(resized('bilinear', 'half-pixel', 4), [0, 2.5, 7.5, 10], EXACT);
  // Fewer cells: the two modes read different ones.
  const five: [Shape, number[]] = [
    [5, 1, 1],
    [0, 1, 2, 3, 4],
  ];
  assertClose(resized('nearest', 'asymmetric', 2, five), [0, 2], EXACT);
  assertClose(resized('nearest', 'half-pixel', 2, five), [1, 3], EXACT);
  assertClose(resized('bilinear', 'half-pixel', 2, five), [0.75, 3.25], EXACT);
});

test('softmax and its logarithm, also of large numbers', () => {
  const x: [Shape, number[]] = [
    [1, 2],
    [1000, 1000 - Math.log(3)],
  ];
  assertClose(evaluate({ kind: 'softmax', log: false }, [1, 2], x), [0.75, 0.25], EXACT);
  assertClose(evaluate({ kind: 'softmax', log: true }, [1, 2], x), [Math.log(0.75), Math.log(0.25)], EXACT);
});

test('layer normalisation over the axes named', () => {
  const operation = { kind: 'layer-normalization', epsilon: 3, gamma: null, beta: null } as const;
  const x: [Shape, number[]] = [
    [2, 2],
    [1, 3, 5, 7],
  ];
  assertClose(evaluate({ ...operation, axes: [1] }, [2, 2], x), [-0.5, 0.5, -0.5, 0.5], EXACT);
  const scaled = {
    ...operation,
    axes: [0],
    epsilon: 0,
    gamma: Float32Array.of(2, 4),
    beta: Float32Array.of(1, 0),
  };
  assertClose(evaluate(scaled, [2, 2], x), [-1, -1, 4, 4], EXACT);
});

test('groups of neighbouring channels are normalised over all positions', () => {
  const operation = { kind: 'group-normalization', epsilon: 3, gamma: null, beta: null } as const;
  const x: [Shape, number[]] = [
    [2, 2],
    [1, 5, 3, 7],
  ];
  // Each channel by itself: means 2 and 6, variance 1.
  assertClose(evaluate({ ...operation, groupSize: 1 }, [2, 2], x), [-0.5, -0.5, 0.5, 0.5], EXACT);
  // All together: mean 4, variance 5, and 5 + 4 = 9; gamma and beta stay with their channels.
  const scaled = {
    ...operation,
    groupSize: 2,
    epsilon: 4,
    gamma: Float32Array.of(3, 6),
    beta: Float32Array.of(0, 1),
  };
  assertClose(evaluate(scaled, [2, 2], x), [-3, 3, -1, 7], EXACT);
});

test('slopes of PReLU belong to their place', () => {
  const operation = { kind: 'prelu', slope: Float32Array.of(0.5, 2), slopeShape: [1, 2] } as const;
  assertClose(
    evaluate(
      operation,
      [2, 2],
      [
        [2, 2],
        [-2, -2, 3, -1],
      ],
    ),
    [-1, -4, 3, -2],
    EXACT,
  );
});

test('inputs of a batch do not mix, and any node can be given', () => {
  const tail: Tail = {
    nodes: [
      node({ kind: 'target' }, [], [1, 2]),
      node({ kind: 'opaque', layerClass: 'LSTM' }, [0], [1, 2]),
      node({ kind: 'dense', units: 1, kernel: Float32Array.of(1, 10), bias: null }, [1], [1, 1]),
    ],
    target: 0,
    output: 2,
    scoreFunction: 'linear',
  };
  const activation = new Float64Array(4);
  assertClose(
    evaluateTail(
      tail,
      new Map([
        [0, activation],
        [1, Float64Array.of(1, 2, 3, 4)],
      ]),
      2,
    )[2] ?? [],
    [21, 43],
    EXACT,
  );
  assert.throws(() => evaluateTail(tail, new Map([[0, activation]]), 2), /"opaque" \(opaque\) was not given/);
  assert.throws(() => evaluateTail(tail, new Map([[0, activation]])), /takes 1 x 2 values, but 4/);
});

test.run();
