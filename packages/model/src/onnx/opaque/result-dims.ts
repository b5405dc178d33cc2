import { ModelError } from '../../errors.ts';
import { axisIn } from '../../nodes/axis.ts';
import { broadcastDims, type ConstantTensor } from '../../nodes/constant-tensor.ts';
import type { Dims } from '../../nodes/layout.ts';
import { dimsOfInput, type OpaqueInput } from '../../nodes/opaque-node.ts';
import { Attributes } from '../attributes.ts';
import type { OnnxFile, OnnxNode } from '../onnx-file.ts';

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

/** Returns the shape of what a node without a rule yields. @throws ModelError `unsupported-layer` where neither operator nor file tells */
export function opaqueDims(
  file: OnnxFile,
  node: OnnxNode,
  inputs: readonly (OpaqueInput | null)[],
  output: string,
): Dims {
  const found = ofOperator(node, inputs) ?? ofFile(file, output);
  if (found) return found;
  throw new ModelError(
    'unsupported-layer',
    `Node "${node.name}" of ${file.name} has the operator ${node.type}, for which there is no rule, and nothing says which shape its ` +
      'result has. Run onnx.shape_inference.infer_shapes on the file and save it.',
  );
}

function ofOperator(node: OnnxNode, inputs: readonly (OpaqueInput | null)[]): Dims | null {
  const dims = inputs.map((input) => input && dimsOfInput(input));
  const known = dims.filter((own) => own !== null);
  if (ELEMENTWISE.has(node.type)) {
    const found = broadcastDims(...known);
    if (found) return found;
  }
  const [first] = known;
  if (first && LIKE_FIRST.has(node.type)) return first;
  const constants = inputs.map((input) => (input?.kind === 'constant' ? input.constant : null));
  const rule = Object.hasOwn(RULES, node.type) ? RULES[node.type] : undefined;
  return rule?.({ attributes: new Attributes(node), dims, constants }) ?? null;
}

function ofFile({ shapes }: OnnxFile, output: string): Dims | null {
  const noted = shapes.get(output);
  if (!noted || noted.length === 0) return null;
  const [batch, ...rest] = noted;
  const isKnown = rest.every((length) => length !== null);
  // A file that holds a larger batch says nothing of one input.
  return isKnown && (batch === null || batch === 1) ? [1, ...rest] : null;
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
