import { axisIn, type Attributes } from '../attributes.ts';
import { broadcastDims, type ConstantTensor } from '../constant-tensor.ts';
import { dimsOf, type Dims } from '../layout.ts';
import type { NodeContext, Value } from '../node-context.ts';
import type { OnnxFile } from '../onnx-file.ts';

/** Operators without a rule whose result has the shape of their inputs, broadcast to each other. */
const ELEMENTWISE = new Set([
  ...[
    'Acos',
    'Acosh',
    'Asin',
    'Asinh',
    'Atan',
    'Atanh',
    'BitShift',
    'Ceil',
    'Clip',
    'Cos',
    'Cosh',
    'Div',
    'Erf',
  ],
  ...[
    'Exp',
    'Floor',
    'Log',
    'Max',
    'Mean',
    'Min',
    'Mod',
    'PRelu',
    'Pow',
    'Reciprocal',
    'Round',
    'Shrink',
    'Sign',
  ],
  ...['Sin', 'Sinh', 'Sqrt', 'Swish', 'Tan', 'Where', 'IsInf', 'IsNaN', 'Not', 'And', 'Or', 'Xor', 'Cast'],
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'],
]);

/** Operators whose results have the shape of the first input. */
const LIKE_FIRST = new Set([
  ...['CumSum', 'Hardmax', 'LpNormalization', 'LRN', 'MeanVarianceNormalization', 'QuantizeLinear'],
  ...['DequantizeLinear', 'ReverseSequence', 'ScatterElements', 'ScatterND', 'Trilu'],
]);

/** What is known of a node's inputs. */
interface Inputs {
  readonly attributes: Attributes;
  readonly dims: readonly (Dims | null)[];
  readonly constants: readonly (ConstantTensor | null)[];
}

type DimsRule = (inputs: Inputs) => Dims | null;

const RULES: Readonly<Record<string, DimsRule>> = {
  ArgMax: reducedToPlace,
  ArgMin: reducedToPlace,
  Einsum: ({ attributes, dims }) => einsumDims(attributes.text('equation', ''), dims),
  GatherElements: ({ dims }) => dims[1] ?? null,
  MatMul: ({ dims: [a, b] }) => (a && b ? matMulDims(a, b) : null),
  TopK: ({ attributes, dims: [x], constants }) => {
    const count = constants[1]?.values[0] ?? (attributes.has('k') ? attributes.int('k', 1) : null);
    if (!x || count === null) return null;
    return x.with(axisIn(x.length, attributes.int('axis', -1), attributes.node.name), count);
  },
};

/** The dimensions of an output of an opaque node, as far as the operator or the file tells them; null otherwise. */
export function dimsOfResult(
  file: OnnxFile,
  { node, inputs, attributes }: NodeContext,
  output: string,
): Dims | null {
  const dims = inputs.map((input) => input && dimsOfValue(input));
  const known = dims.filter((own) => own !== null);
  if (ELEMENTWISE.has(node.type)) {
    const found = broadcastDims(...known);
    if (found) return found;
  }
  const [first] = known;
  if (first && LIKE_FIRST.has(node.type)) return first;
  const constants = inputs.map((input) => (input?.kind === 'constant' ? input.constant : null));
  const rule = Object.hasOwn(RULES, node.type) ? RULES[node.type] : undefined;
  const found = rule?.({ attributes, dims, constants });
  if (found) return found;
  const noted = file.shapes.get(output) ?? file.outputs.find(({ name }) => name === output)?.shape;
  if (!noted || noted.length === 0) return null;
  const [batch, ...rest] = noted;
  const isKnown = rest.every((length) => length !== null);
  // A file that holds a larger batch says nothing of one input.
  return isKnown && (batch === null || batch === 1) ? [1, ...rest] : null;
}

function dimsOfValue(value: Value): Dims {
  return value.kind === 'tensor' ? dimsOf(value.tensor.layout) : value.constant.dims;
}

function reducedToPlace({ attributes, dims: [x] }: Inputs): Dims | null {
  if (!x) return null;
  const axis = axisIn(x.length, attributes.int('axis', 0), attributes.node.name);
  return attributes.int('keepdims', 1) === 1 ? x.with(axis, 1) : x.filter((_, i) => i !== axis);
}

function matMulDims(a: Dims, b: Dims): Dims | null {
  if (a.length < 2 || b.length < 2) return null;
  const outer = broadcastDims(a.slice(0, -2), b.slice(0, -2));
  return outer && [...outer, a.at(-2) ?? 1, b.at(-1) ?? 1];
}

/** Source: numpy.einsum; without ellipses and with the result written out. */
function einsumDims(equation: string, dims: readonly (Dims | null)[]): Dims | null {
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  if (right === undefined || equation.includes('.') || terms.length !== dims.length) return null;
  const lengths = new Map(
    terms.flatMap((term, i) => term.split('').map((name, axis) => [name, dims[i]?.[axis]] as const)),
  );
  const found = right.split('').map((name) => lengths.get(name));
  return found.every((length) => length !== undefined) ? found : null;
}
