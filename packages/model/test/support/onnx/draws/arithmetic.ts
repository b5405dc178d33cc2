import type { OnnxBuilder } from '@ablation-cam/tools/onnx-builder';
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

/** What a tensor meets: a constant that is broadcast to it, one of its own size, or one that is broadcast. */
function other(b: OnnxBuilder, x: Drawn): string {
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
  (type: string): Draw =>
  (b, x) => {
    // Now and then it is the constant that is larger.
    const isSmall = b.random.integer(0, 4) === 0;
    const pair = isSmall ? [meanOver(b, x.name, [anyAxis(b, x)]), b.weight(x.dims)] : [x.name, other(b, x)];
    return b.node(type, b.random.integer(0, 1) === 0 ? pair : pair.toReversed());
  };

const variadic =
  (type: string): Draw =>
  (b, x) =>
    b.node(type, [x.name, ...Array.from({ length: b.random.integer(1, 2) }, () => other(b, x))]);

const divide: Draw = (b, x) => {
  const constant = b.floats(x.dims.slice(1), b.random.floats(size(x.dims), 0.3, 2));
  switch (b.random.integer(0, 2)) {
    case 0:
      return b.node('Div', [x.name, constant]);
    case 1:
      return b.node('Div', [x.name, positive(b, meanOver(b, x.name, [anyAxis(b, x)]))]);
    default:
      return b.node('Div', [b.weight(broadcastShape(b, x.dims)), positive(b, x.name)]);
  }
};

const power: Draw = (b, { name }) => {
  const exponent = b.random.pick([0, 1, 2, 3, 5, 8, 0.5, 1.5, -1, -0.75, -2]);
  const isWhole = Number.isInteger(exponent) && exponent >= 0;
  return b.node('Pow', [isWhole ? name : positive(b, name), b.floats([], [exponent])]);
};

const where: Draw = (b, x) => {
  const dims = broadcastShape(b, x.dims);
  const truths = b.ints(
    Array.from({ length: size(dims) }, () => b.random.integer(0, 1)),
    dims,
  );
  const pair = [x.name, other(b, x)];
  const choice = b.random.integer(0, 1) === 0 ? pair : pair.toReversed();
  return b.node('Where', [b.node('Cast', [truths], { to: 9 }), ...choice]);
};

const gemm: Draw = (b, x) => {
  const { name, dims } = flat(b, x);
  const [inputs, units] = [dims[1] ?? 1, b.random.integer(1, 5)];
  const isTransposed = b.random.integer(0, 1);
  const weights = b.weight(isTransposed ? [units, inputs] : [inputs, units]);
  const summands = [[units], [1, units], [1], []];
  // Before version 11 there had to be one.
  const summand = b.opset < 11 || b.random.integer(0, 3) > 0 ? [b.weight(b.random.pick(summands))] : [];
  const factors = { alpha: { float: b.random.uniform(0.3, 2) }, beta: { float: b.random.uniform(0.3, 2) } };
  return b.node('Gemm', [name, weights, ...summand], { transB: isTransposed, ...factors });
};

/** With a matrix, or with another tensor as attention has it. */
const matMul: Draw = (b, { name, dims }) => {
  const turned = dims.map((_, axis) => axis).toSpliced(-2, 2, dims.length - 1, dims.length - 2);
  const other = (): string => b.node('Transpose', [b.node('Tanh', [name])], { perm: turned });
  switch (b.random.integer(0, 3)) {
    case 0:
      return b.node('MatMul', [name, other()]);
    case 1:
      return b.node('MatMul', [other(), name]);
    default: {
      const matrix = [dims.at(-1) ?? 1, b.random.integer(1, 5)];
      return b.node('MatMul', [name, b.weight(b.random.integer(0, 2) === 0 ? [1, ...matrix] : matrix)]);
    }
  }
};

/** Operators of several tensors. */
export const arithmeticDraws: Draws = {
  ...Object.fromEntries('Add Sub Mul'.split(' ').map((type) => [type, binary(type)])),
  ...Object.fromEntries('Max Min Sum Mean'.split(' ').map((type) => [type, variadic(type)])),
  Div: divide,
  Pow: power,
  Where: where,
  Gemm: gemm,
  MatMul: matMul,
};
