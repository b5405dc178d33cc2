import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProtoSchema, type TensorProto, type ValueInfoProtoSchema } from 'onnx-buf';
import type { Dims } from '../layout.ts';
import { encodeValues } from './element-types.ts';
import type { OpaqueInput, OpaqueSource } from './opaque-source.ts';

/** The version of the file format in which weights need not be inputs as well. */
const IR_VERSION = 8n;

/**
 * Writes an ONNX file of one node of another one, with its constants; numbers with a fraction are in float32.
 *
 * Its inputs are the tensors that the node reads, its outputs those of its results that are read in the graph.
 */
export function nodeModel({ node, opsets, inputs, outputs }: OpaqueSource): Uint8Array {
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
      initializer: [...constants.values()].map(tensorOf),
      input: [...tensors.values()].map(({ name, dataType, dims }) => valueInfo(name, dataType, dims)),
      // ONNX Runtime finds their types itself.
      output: outputs.map(({ name }) => ({ name })),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** @param type as in `OnnxNode.type` */
function splitType(type: string): [domain: string, opType: string] {
  const end = type.lastIndexOf('.');
  return end < 0 ? ['', type] : [type.slice(0, end), type.slice(end + 1)];
}

function tensorOf({ name, constant, dataType }: OpaqueInput & { readonly kind: 'constant' }): TensorProto {
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
