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
 * Returns the data types of all tensors of a file in float32's terms: what the file says, or what operators make of the types of
 * their inputs.
 */
export function dataTypesOf({ dataTypes, nodes }: OnnxFile): ReadonlyMap<string, number> {
  const unknown: number = DataType.UNDEFINED;
  const noted = [...dataTypes].filter(([, type]) => type !== unknown);
  const types = new Map(noted.map(([name, type]) => [name, asComputed(type)]));
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => types.get(name) ?? DataType.FLOAT);
    const rule = Object.hasOwn(RULES, node.type) ? RULES[node.type] : undefined;
    node.outputs.forEach((output, i) => {
      if (output === '' || types.has(output)) return;
      types.set(output, asComputed((rule ? rule(inputs, node, i) : inputs[0]) ?? DataType.FLOAT));
    });
  }
  return types;
}

/** Numbers with a fraction are computed in float32 here, whatever they are in the file. */
function asComputed(type: number): number {
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
