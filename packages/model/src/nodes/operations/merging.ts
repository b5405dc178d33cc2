import type { MergeFunction } from '@ablation-cam/kernels';
import { broadcastDims, type ConstantTensor } from '../constant-tensor.ts';
import type { GraphTensor } from '../graph-builder.ts';
import { dimsOf, isSameLayout, layoutOf } from '../layout.ts';
import { NoRule, type NodeContext, type Value } from '../node-context.ts';
import { clip } from './activations.ts';
import { grownTo } from './repetition.ts';

/** Writes a node of several tensors that has no attributes. @throws NoRule */
type Merging = (context: NodeContext) => GraphTensor;

/** Tensors of which each is broadcast to the result. */
export function merge(
  context: NodeContext,
  name: MergeFunction,
  tensors: readonly GraphTensor[],
): GraphTensor {
  const all = tensors.map(({ layout }) => dimsOf(layout));
  const dims = broadcastDims(...all);
  if (!dims) throw new NoRule('shapes of its inputs do not fit');
  const [first, second] = tensors;
  if (name === 'multiply' && first && second && tensors.length === 2) {
    const gated = swish(context, first, second) ?? swish(context, second, first);
    if (gated) return gated;
  }
  if (first && tensors.every(({ layout }) => isSameLayout(layout, first.layout))) {
    const shape = context.builder.shape(first.node);
    const nodes = tensors.map(({ node }) => context.builder.reshape(node, shape));
    return { node: context.add({ kind: 'merge', function: name }, nodes, shape), layout: first.layout };
  }
  // All are brought to the order of the one with the most axes that are no repetition.
  const widest = tensors.reduce((best, tensor) => (countOf(tensor) > countOf(best) ? tensor : best));
  const missing = dims.length - widest.layout.axes.length;
  const own = context.builder.preferredOrder(widest.layout).map((axis) => axis + missing);
  const order = [
    ...dims.map((_, axis) => axis).filter((axis) => !own.includes(axis) && dims[axis] !== 1),
    ...own,
  ];
  const nodes = tensors.map(({ node, layout }, i) => {
    const front = dims.length - (all[i]?.length ?? 0);
    const filled = {
      node,
      layout: { ...layout, axes: [...new Array<number>(front).fill(0), ...layout.axes] },
    };
    return context.builder.lay(
      filled,
      order.map((axis) => [axis]),
    );
  });
  const shape = order.map((axis) => dims[axis] ?? 1);
  return {
    node: context.add({ kind: 'merge', function: name }, nodes, shape),
    layout: layoutOf(dims, order),
  };
}

/** x * sigmoid(x) is one function. */
function swish(context: NodeContext, x: GraphTensor, gate: GraphTensor): GraphTensor | null {
  const { operation, inputs } = context.builder.nodes[gate.node] ?? {};
  const isSigmoid = operation?.kind === 'activation' && operation.function === 'sigmoid';
  return isSigmoid && inputs?.[0] === x.node && isSameLayout(x.layout, gate.layout)
    ? context.activation('swish', x)
    : null;
}

function countOf({ layout }: GraphTensor): number {
  return layout.axes.filter((count) => count > 0).length;
}

/** `scale * x + shift`, of the shape that the tensor and the constants have together. */
export function affine(
  context: NodeContext,
  x: GraphTensor,
  scale: number | ConstantTensor,
  shift: number | ConstantTensor,
): GraphTensor {
  const wide = [scale, shift].reduce<GraphTensor>(
    (tensor, own) => (typeof own === 'number' ? tensor : grownTo(context, tensor, own)),
    x,
  );
  return context.affine(wide, scale, shift);
}

interface Operands {
  readonly tensors: readonly GraphTensor[];
  readonly constants: readonly ConstantTensor[];
}

function operandsOf({ inputs }: NodeContext): Operands {
  const given = inputs.filter((input): input is Value => input !== null);
  return {
    tensors: given.flatMap((input) => (input.kind === 'tensor' ? [input.tensor] : [])),
    constants: given.flatMap((input) => (input.kind === 'constant' ? [input.constant] : [])),
  };
}

function only({ tensors }: Operands): GraphTensor {
  const [tensor] = tensors;
  if (!tensor) throw new NoRule("none of its inputs depends on the network's input");
  return tensor;
}

/** Any number of tensors and constants in any order. */
function commutative(
  name: 'add' | 'multiply',
  withConstant: (context: NodeContext, x: GraphTensor, c: ConstantTensor) => GraphTensor,
): Merging {
  return (context) => {
    const operands = operandsOf(context);
    const start = operands.tensors.length > 1 ? merge(context, name, operands.tensors) : only(operands);
    if (operands.constants.length === 0 && operands.tensors.length === 1)
      return context.map({ kind: 'identity' }, start);
    return operands.constants.reduce((x, constant) => withConstant(context, x, constant), start);
  };
}

/** The sum of any number of tensors and constants. */
export const add = commutative('add', (context, x, constant) => affine(context, x, 1, constant));
export const multiply = commutative('multiply', (context, x, constant) => affine(context, x, constant, 0));

export const subtract: Merging = (context) => {
  const [a, b] = context.inputs;
  if (a?.kind === 'constant') return affine(context, context.tensor(1), -1, a.constant);
  if (b?.kind === 'constant')
    return affine(
      context,
      context.tensor(0),
      1,
      changed(b.constant, (value) => -value),
    );
  return merge(context, 'subtract', [context.tensor(0), context.tensor(1)]);
};

/** x / y as x times 1 / y. */
export const divide: Merging = (context) => {
  const [a, b] = context.inputs;
  if (b?.kind === 'constant') {
    const factor = changed(b.constant, (value) => 1 / value);
    return affine(context, context.tensor(0), factor, 0);
  }
  const inverse = context.activation('reciprocal', context.tensor(1));
  if (a?.kind === 'constant') return affine(context, inverse, a.constant, 0);
  return merge(context, 'multiply', [context.tensor(0), inverse]);
};

/** min(relu(x), c) and max(relu(x), 0), the parts of a clipped rectifier, are one function; null for all else. */
function clippedAgain(
  context: NodeContext,
  name: 'maximum' | 'minimum',
  x: GraphTensor,
  { values }: ConstantTensor,
): GraphTensor | null {
  const [bound = NaN] = values;
  const { operation } = context.builder.nodes[x.node] ?? {};
  const isAlike = values.every((value) => value === bound);
  if (!isAlike || operation?.kind !== 'activation') return null;
  const isRectified = operation.function === 'relu' || operation.function === 'relu6';
  if (name === 'maximum') return isRectified && bound <= 0 ? context.map({ kind: 'identity' }, x) : null;
  return operation.function === 'relu' && bound > 0 ? clip(context, x, 0, bound) : null;
}

/** max(x, c) = relu(x - c) + c, and min(x, c) = c - relu(c - x). */
export function extreme(name: 'maximum' | 'minimum'): Merging {
  return (context) => {
    const operands = operandsOf(context);
    const start = operands.tensors.length > 1 ? merge(context, name, operands.tensors) : only(operands);
    return operands.constants.reduce((x, constant) => {
      const clipped = clippedAgain(context, name, x, constant);
      if (clipped) return clipped;
      const minus = changed(constant, (value) => -value);
      return name === 'maximum'
        ? affine(context, context.activation('relu', affine(context, x, 1, minus)), 1, constant)
        : affine(context, context.activation('relu', affine(context, x, -1, constant)), -1, constant);
    }, start);
  };
}

/** Exponents up to which a power is a product. */
const MOST_FACTORS = 64;

/** With an exponent that is known, and the same everywhere. */
export const power: Merging = (context) => {
  const exponent = context.constant(1);
  const [value = NaN] = exponent.values;
  if (exponent.values.some((each) => each !== value)) throw new NoRule('its exponents differ');
  return powerOf(context, context.tensor(0), value);
};

/** x^exponent: of whole numbers as products, which negative numbers have as well. */
export function powerOf(context: NodeContext, x: GraphTensor, exponent: number): GraphTensor {
  const count = Math.abs(exponent);
  if (!Number.isInteger(exponent) || count > MOST_FACTORS) return context.activation('power', x, exponent);
  if (exponent === 0) return context.affine(x, 0, 1);
  if (exponent === 1) return context.map({ kind: 'identity' }, x);
  const whole = productOf(context, x, count);
  return exponent > 0 ? whole : context.activation('reciprocal', whole);
}

function productOf(context: NodeContext, x: GraphTensor, count: number): GraphTensor {
  if (count === 1) return x;
  const half = productOf(context, x, Math.floor(count / 2));
  const square = merge(context, 'multiply', [half, half]);
  return count % 2 === 0 ? square : merge(context, 'multiply', [square, x]);
}

/** A constant with other values. */
export function changed(constant: ConstantTensor, change: (value: number) => number): ConstantTensor {
  return { ...constant, values: Float64Array.from(constant.values, change) };
}
