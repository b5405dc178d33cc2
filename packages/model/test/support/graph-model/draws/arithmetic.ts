import type { GraphModelBuilder } from '../graph-model-builder.ts';
import {
  anyAxis,
  broadcastShape,
  flat,
  meanOver,
  positive,
  size,
  type Draw,
  type Drawn,
  type Draws,
} from './draw.ts';

const plain =
  (op: string): Draw =>
  (b, { name }) =>
    b.node(op, [name]);

/** Of numbers above 0. */
const ofPositive =
  (op: string): Draw =>
  (b, { name }) =>
    b.node(op, [positive(b, name)]);

/** What a tensor meets: a constant that is broadcast to it, one of its own size, or one that is broadcast. */
function other(b: GraphModelBuilder, x: Drawn): string {
  switch (b.random.integer(0, 2)) {
    case 0:
      return b.weight(broadcastShape(b, x.dims));
    case 1:
      return b.node('Tanh', [x.name]);
    default:
      return meanOver(b, x.name, [anyAxis(b, x)]);
  }
}

/** In either order. */
const binary =
  (op: string): Draw =>
  (b, x) => {
    // Now and then it is the constant that is larger.
    const isSmall = b.random.integer(0, 4) === 0;
    const pair = isSmall ? [meanOver(b, x.name, [anyAxis(b, x)]), b.weight(x.dims)] : [x.name, other(b, x)];
    return b.node(op, b.random.integer(0, 1) === 0 ? pair : pair.toReversed());
  };

const divide =
  (op: string): Draw =>
  (b, x) => {
    switch (b.random.integer(0, 2)) {
      case 0:
        return b.node(op, [x.name, b.floats(x.dims.slice(1), b.random.floats(size(x.dims), 0.3, 2))]);
      case 1:
        return b.node(op, [x.name, positive(b, meanOver(b, x.name, [anyAxis(b, x)]))]);
      default:
        return b.node(op, [b.weight(broadcastShape(b, x.dims)), positive(b, x.name)]);
    }
  };

const divideNoNan: Draw = (b, x) => {
  const dims = broadcastShape(b, x.dims);
  const divisors = b.random.floats(size(dims), 0.4, 2).map((value, i) => (i % 3 === 1 ? 0 : value));
  return b.node('DivNoNan', [x.name, b.floats(dims, divisors)]);
};

const power: Draw = (b, { name }) => {
  const exponent = b.random.pick([0, 1, 2, 3, 5, 8, 0.5, 1.5, -1, -0.75, -2]);
  const isWhole = Number.isInteger(exponent) && exponent >= 0;
  return b.node('Pow', [isWhole ? name : positive(b, name), b.floats([], [exponent])]);
};

const batchNormalization =
  (op: string): Draw =>
  (b, { name, dims }) => {
    const channels = dims.at(-1) ?? 1;
    const image = dims.length === 4 ? name : b.node('ExpandDims', [name, b.int(1)]);
    const others = [0, 1, 2].map(() => b.weight([channels]));
    const variance = b.floats([channels], b.random.floats(channels, 0.1, 2));
    const attributes = { epsilon: { f: b.random.uniform(1e-4, 0.1) }, is_training: false };
    return b.node(op, [image, ...others, variance], attributes);
  };

const matMul: Draw = (b, x) => {
  const { name, dims } = flat(b, x);
  const [inputs, units] = [dims[1] ?? 1, b.random.integer(1, 5)];
  const isTransposed = b.random.integer(0, 1) === 0;
  const weights = b.weight(isTransposed ? [units, inputs] : [inputs, units]);
  return b.node('MatMul', [name, weights], { transpose_a: false, transpose_b: isTransposed });
};

const fusedMatMul: Draw = (b, x) => {
  const { name, dims } = flat(b, x);
  const [inputs, units] = [dims[1] ?? 1, b.random.integer(1, 5)];
  const { extra, attributes } = fusedEnds(b, units);
  const matrix = b.weight([inputs, units]);
  return b.node('_FusedMatMul', [name, matrix, ...extra], {
    ...attributes,
    transpose_a: false,
    transpose_b: false,
  });
};

/** A bias and what may follow it in fused nodes. @param activations that there may be */
export function fusedEnds(
  b: GraphModelBuilder,
  channels: number,
  activations: readonly string[] = ['Relu', 'Relu6', 'Elu', 'Sigmoid', 'LeakyRelu', 'Prelu'],
): {
  readonly extra: readonly string[];
  readonly attributes: Readonly<Record<string, number | readonly string[] | object>>;
} {
  const names = b.random.pick([[], ...activations.map((name) => [name])]);
  const extra = [b.weight([channels]), ...(names.includes('Prelu') ? [b.weight([channels])] : [])];
  const slope = names.includes('LeakyRelu') ? { leakyrelu_alpha: { f: b.random.uniform(0.05, 0.5) } } : {};
  return { extra, attributes: { fused_ops: ['BiasAdd', ...names], num_args: extra.length, ...slope } };
}

/** With a matrix, or with another tensor as attention has it. */
const batchMatMul =
  (op: string): Draw =>
  (b, given) => {
    const { name, dims } = asMatrix(b, given);
    const [, rows = 1, columns = 1] = dims;
    const units = b.random.integer(1, 5);
    const [isFirst, isSecond] = [b.random.integer(0, 1) === 0, b.random.integer(0, 1) === 0];
    const inputs = isFirst ? rows : columns;
    const attributes = { adj_x: isFirst, adj_y: isSecond };
    // Of itself and something of it: the inner axes are the same where one of both lies turned.
    if (isFirst !== isSecond && b.random.integer(0, 1) === 0)
      return b.node(op, [name, b.node('Tanh', [name])], attributes);
    return b.node(op, [name, b.weight([1, ...(isSecond ? [units, inputs] : [inputs, units])])], attributes);
  };

/** `[1, rows, columns]` */
function asMatrix(b: GraphModelBuilder, x: Drawn): Drawn {
  if (x.dims.length === 3) return x;
  const [, rows = 1, ...others] = x.dims;
  return { name: b.node('Reshape', [x.name, b.ints([1, rows, -1])]), dims: [1, rows, size(others)] };
}

const reduce =
  (op: string): Draw =>
  (b, { name, dims }) => {
    const axes = dims.flatMap((_, axis) => (axis > 0 && b.random.integer(0, 1) === 0 ? [axis] : []));
    const own = axes.length > 0 ? axes : [dims.length - 1];
    const list = own.map((axis) => (b.random.integer(0, 2) === 0 ? axis - dims.length : axis));
    const [only = 1] = list;
    const over = list.length === 1 && b.random.integer(0, 1) === 0 ? b.int(only) : b.ints(list);
    return b.node(op, [name, over], { keep_dims: b.random.integer(0, 1) === 0 });
  };

const named = (ops: string, draw: (op: string) => Draw): Draws =>
  Object.fromEntries(ops.split(' ').map((op) => [op, draw(op)]));

/** Operators that compute each number, or each sum, of a few. */
export const arithmeticDraws: Draws = {
  ...named('Relu Relu6 Sigmoid Tanh Softplus Selu Elu Erf Exp Abs Neg Square Softmax LogSoftmax', plain),
  ...named('Log Reciprocal Sqrt Rsqrt', ofPositive),
  ...named('Add AddV2 Sub Mul Maximum Minimum SquaredDifference', binary),
  ...named('Div RealDiv', divide),
  ...named('FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3', batchNormalization),
  ...named('BatchMatMul BatchMatMulV2', batchMatMul),
  ...named('Max Mean Min Sum', reduce),
  AddN: (b, { name }) =>
    b.node('AddN', [name, ...b.random.pick([['Tanh'], ['Relu', 'Neg']]).map((op) => b.node(op, [name]))]),
  BiasAdd: (b, { name, dims }) => b.node('BiasAdd', [name, b.weight([dims.at(-1) ?? 1])]),
  ClipByValue: (b, { name }) =>
    b.node('ClipByValue', [
      name,
      b.floats([], [b.random.uniform(-1, 0)]),
      b.floats([], [b.random.uniform(0, 1)]),
    ]),
  DivNoNan: divideNoNan,
  LeakyRelu: (b, { name }) => b.node('LeakyRelu', [name], { alpha: { f: b.random.uniform(0.05, 0.5) } }),
  MatMul: matMul,
  Pow: power,
  Prelu: (b, { name, dims }) =>
    b.node('Prelu', [name, b.weight(b.random.pick([[dims.at(-1) ?? 1], dims.slice(1)]))]),
  _FusedMatMul: fusedMatMul,
};
