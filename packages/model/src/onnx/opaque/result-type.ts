import { TensorProto_DataType as DataType } from 'onnx-buf';
import type { OnnxFile, OnnxNode } from '../onnx-file.ts';

/** What an output's type follows, where it is not that of the first input. */
type TypeRule = (inputs: readonly number[], node: OnnxNode, output: number) => number | undefined;

const always =
  (type: DataType): TypeRule =>
  () =>
    type;

const RULES: Readonly<Record<string, TypeRule>> = {
  ...ofAll(['ArgMax', 'ArgMin', 'NonZero', 'Shape', 'Size', 'NonMaxSuppression'], always(DataType.INT64)),
  ...ofAll(
    [
      'And',
      'Equal',
      'Greater',
      'GreaterOrEqual',
      'IsInf',
      'IsNaN',
      'Less',
      'LessOrEqual',
      'Not',
      'Or',
      'Xor',
    ],
    always(DataType.BOOL),
  ),
  ...ofAll(['ConvInteger', 'MatMulInteger'], always(DataType.INT32)),
  ...ofAll(['MaxPool', 'TopK', 'Unique'], ([values], _, output) => (output === 0 ? values : DataType.INT64)),
  ...ofAll(['QLinearConv', 'QLinearMatMul'], (inputs) => inputs[7]),
  Cast: (_, { attributes }) => Number(attributes.get('to')?.i ?? DataType.FLOAT),
  Constant: (_, { attributes }) =>
    attributes.get('value')?.t?.dataType ??
    (attributes.has('value_int') || attributes.has('value_ints') ? DataType.INT64 : DataType.FLOAT),
  DequantizeLinear: always(DataType.FLOAT),
  DynamicQuantizeLinear: (_, __, output) => (output === 1 ? DataType.FLOAT : DataType.UINT8),
  // The numbers of a loop's turns come first, then what it carries; of a branch nothing is known before it runs.
  Loop: (inputs, _, output) => inputs[2 + output] ?? DataType.FLOAT,
  If: always(DataType.FLOAT),
  OneHot: (inputs) => inputs[2],
  QuantizeLinear: (inputs) => inputs[2] ?? DataType.UINT8,
  Where: (inputs) => inputs[1],
};

/**
 * Returns the data type of a node's output in float32's terms: what the file says, or what the operator makes of the types of its
 * inputs.
 *
 * @param output its place among the node's outputs
 */
export function resultType(
  { dataTypes }: OnnxFile,
  node: OnnxNode,
  inputs: readonly number[],
  output: number,
): number {
  const noted = dataTypes.get(node.outputs[output] ?? '');
  if (noted) return asComputed(noted);
  const rule = Object.hasOwn(RULES, node.type) ? RULES[node.type] : undefined;
  return asComputed((rule ? rule(inputs, node, output) : inputs[0]) ?? DataType.FLOAT);
}

/** Numbers with a fraction are computed in float32 here, whatever they are in the file. */
export function asComputed(type: number): number {
  const others: readonly number[] = [
    DataType.FLOAT16,
    DataType.BFLOAT16,
    DataType.DOUBLE,
    DataType.UNDEFINED,
  ];
  const isFloat = others.includes(type);
  return isFloat ? DataType.FLOAT : type;
}

function ofAll(types: readonly string[], rule: TypeRule): Record<string, TypeRule> {
  return Object.fromEntries(types.map((type) => [type, rule]));
}
