import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProtoSchema, type TensorProto, type ValueInfoProtoSchema } from 'onnx-buf';
import type { Dims } from '../../nodes/layout.ts';
import type { OpaqueInput, OpaqueNode } from '../../nodes/opaque-node.ts';
import type { OnnxNode } from '../onnx-file.ts';
import { encodeValues } from './element-types.ts';

/** The version of the file format in which weights need not be inputs as well. */
const IR_VERSION = 8n;

/**
 * Writes an ONNX file of one node of another one, with its constants; numbers with a fraction are in float32.
 *
 * Its inputs are the tensors that the node reads, its outputs those of its results that are read in the graph.
 *
 * @param opsets the version of the operators of the node's domain, and of ONNX itself for the graphs in its attributes
 * @param typeOf the data type of a tensor, by its name
 */
export function nodeModel(
  { from: node, inputs, outputs }: OpaqueNode<OnnxNode>,
  opsets: ReadonlyMap<string, number>,
  typeOf: (name: string) => number,
): Uint8Array {
  const [domain, opType] = splitType(node.type);
  const read = inputs.filter((input) => input !== null);
  const tensors = new Map(
    read.flatMap((input) => (input.kind === 'tensor' ? [[input.name, input] as const] : [])),
  );
  const constants = new Map(
    read.flatMap((input) => (input.kind === 'constant' ? [[input.name, input] as const] : [])),
  );
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    opsetImport: [...opsets].map(([name, version]) => ({ domain: name, version: BigInt(version) })),
    graph: {
      name: 'node',
      node: [
        {
          name: node.name,
          opType,
          domain,
          input: [...node.inputs],
          output: [...node.outputs],
          attribute: [...node.attributes.values()],
        },
      ],
      initializer: [...constants.values()].map((input) => tensorOf(input, typeOf(input.name))),
      input: [...tensors.values()].map(({ name, dims }) => valueInfo(name, typeOf(name), dims)),
      // ONNX Runtime finds their types itself.
      output: outputs.map(({ name }) => ({ name })),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** @param type as in `OnnxNode` */
function splitType(type: string): [domain: string, opType: string] {
  const end = type.lastIndexOf('.');
  return end < 0 ? ['', type] : [type.slice(0, end), type.slice(end + 1)];
}

function tensorOf(
  { name, constant }: OpaqueInput & { readonly kind: 'constant' },
  dataType: number,
): TensorProto {
  const { buffer, byteOffset, byteLength } = encodeValues(constant.values, dataType);
  const rawData = new Uint8Array(byteLength);
  rawData.set(new Uint8Array(buffer, byteOffset, byteLength));
  return create(TensorProtoSchema, { name, dataType, dims: constant.dims.map(BigInt), rawData });
}

function valueInfo(
  name: string,
  elemType: number,
  dims: Dims,
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = dims.map((length) => ({ value: { case: 'dimValue' as const, value: BigInt(length) } }));
  return { name, type: { value: { case: 'tensorType', value: { elemType, shape: { dim } } } } };
}
