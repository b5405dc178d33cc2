import { fromBinary } from '@bufbuild/protobuf';
import {
  ModelProtoSchema,
  TensorProto_DataLocation,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import { ModelError } from '../errors.ts';
import { limits } from '../files/limits.ts';
import type { OpenedSource } from '../files/model-source.ts';
import type { ConstantTensor } from '../nodes/constant-tensor.ts';
import type { FileShape, FileValue } from '../nodes/node-file.ts';
import { sortNodes } from '../nodes/sort-nodes.ts';
import type { OnnxFile, OnnxNode } from './onnx-file.ts';
import { elementTypeOf, tensorValues } from './tensor-values.ts';

/** Operators of ONNX itself before this version had other meanings (broadcasting with an `axis`). */
const FIRST_OPSET = 7;

/**
 * Reads an ONNX file: the message, checked, and the files with weights that it names beside it.
 *
 * @throws ModelError `invalid-file` for what is no ONNX file, is cut off or contradicts itself; `unsupported-format` for
 *   operators before version 7, networks without inputs or outputs that are tensors, and functions of its own; `not-found` where a
 *   file with weights is missing
 */
export async function readOnnx({
  name,
  bytes,
  sibling,
}: Pick<OpenedSource, 'name' | 'bytes' | 'sibling'>): Promise<OnnxFile> {
  const { graph, opsetImport, functions } = parse(name, bytes);
  if (!graph) throw invalid(name, 'it has no graph');
  const opset = Number(opsetImport.find(({ domain }) => isOwnDomain(domain))?.version ?? 0);
  if (opset < FIRST_OPSET) {
    throw new ModelError(
      'unsupported-format',
      `${name} is written for version ${String(opset)} of ONNX's operators, but ${String(FIRST_OPSET)} or later was expected. ` +
        'Convert it with onnx.version_converter, or export it again.',
    );
  }
  if (graph.node.length > limits.layers) throw invalid(name, `it has ${String(graph.node.length)} nodes`);
  const own = new Set(functions.map(({ domain, name: type }) => `${domain}.${type}`));
  const called = graph.node.find(({ domain, opType }) => own.has(`${domain}.${opType}`));
  if (called) {
    throw new ModelError(
      'unsupported-format',
      `${name} calls a function of its own, "${called.opType}". Put its body in its place with onnx.inliner.`,
    );
  }
  const external = await externalBytes(name, graph, sibling);
  const tensorOf = (tensor: TensorProto): ConstantTensor => tensorValues(tensor, name, external.get(tensor));
  const weights = new Map(graph.initializer.map((tensor) => [tensor.name, once(() => tensorOf(tensor))]));
  const outputs = graph.output.map((value) => valueOf(name, value));
  const inputs = graph.input.filter((value) => !weights.has(value.name)).map((value) => valueOf(name, value));
  if (inputs.length === 0 || outputs.length === 0) throw invalid(name, 'it has no input or no output');
  return {
    name,
    opset,
    opsets: new Map(
      opsetImport.map(({ domain, version }) => [isOwnDomain(domain) ? '' : domain, Number(version)]),
    ),
    inputs,
    outputs,
    nodes: sortNodes(
      name,
      graph.node.map((node) => nodeOf(node, tensorOf)),
      [...inputs.map((input) => input.name), ...weights.keys()],
      outputs.map((output) => output.name),
    ),
    weights,
    parameters: [...weights.values()].reduce((sum, read) => sum + countOf(read()), 0),
    shapes: new Map([...graph.output, ...graph.valueInfo].flatMap((value) => shapeEntry(value))),
    dataTypes: new Map([
      ...[...graph.input, ...graph.output, ...graph.valueInfo].flatMap((value) => typeEntry(value)),
      ...graph.initializer.map(({ name: tensor, dataType }) => [tensor, dataType] as const),
    ]),
  };
}

function parse(name: string, bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw new ModelError(
      'invalid-file',
      `${name} (${String(bytes.byteLength)} bytes) is no whole ONNX file. Fetch or export it again.`,
      { cause },
    );
  }
}

function isOwnDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

function nodeOf(node: NodeProto, tensorOf: OnnxNode['tensorOf']): OnnxNode {
  const own = node.output.find((output) => output !== '') ?? '';
  return {
    name: node.name === '' ? own : node.name,
    type: isOwnDomain(node.domain) ? node.opType : `${node.domain}.${node.opType}`,
    inputs: node.input,
    outputs: node.output,
    captured: capturedNames(node),
    attributes: new Map(node.attribute.map((attribute) => [attribute.name, attribute])),
    tensorOf,
  };
}

/** What the graphs in a node's attributes read and do not make. */
function capturedNames({ attribute }: NodeProto): string[] {
  const graphs = attribute.flatMap(({ g, graphs: several }) => (g ? [g, ...several] : several));
  const names = graphs.flatMap(({ input, initializer, node, output }) => {
    const own = new Set([
      ...[...input, ...initializer].map(({ name }) => name),
      ...node.flatMap((inner) => inner.output),
    ]);
    const read = [
      ...node.flatMap((inner) => [...inner.input, ...capturedNames(inner)]),
      ...output.map(({ name }) => name),
    ];
    return read.filter((name) => name !== '' && !own.has(name));
  });
  return [...new Set(names)];
}

function valueOf(file: string, value: ValueInfoProto): FileValue {
  const type = value.type?.value;
  const isTensor = type?.case === 'tensorType' && elementTypeOf(type.value.elemType) !== null;
  if (!isTensor) {
    throw new ModelError(
      'unsupported-format',
      `"${value.name}" of ${file} is no tensor of numbers, which inputs and outputs have to be. ` +
        'Export the network without what classifiers of other kinds have behind it (zipmap=False).',
    );
  }
  return { name: value.name, tensor: value.name, shape: shapeOf(value) ?? [] };
}

function shapeEntry(value: ValueInfoProto): [string, FileShape][] {
  const shape = shapeOf(value);
  return shape ? [[value.name, shape]] : [];
}

function typeEntry({ name, type }: ValueInfoProto): [string, number][] {
  return type?.value.case === 'tensorType' ? [[name, type.value.value.elemType]] : [];
}

function shapeOf({ type }: ValueInfoProto): FileShape | null {
  if (type?.value.case !== 'tensorType') return null;
  const { shape } = type.value.value;
  return (
    shape?.dim.map(({ value }) =>
      value.case === 'dimValue' && value.value > 0n ? Number(value.value) : null,
    ) ?? null
  );
}

/** Reads what tensors name beside the file: each file once, each tensor a part of it. */
async function externalBytes(
  name: string,
  { initializer, node }: GraphProto,
  sibling: OpenedSource['sibling'],
): Promise<Map<TensorProto, Uint8Array>> {
  const attributes = node.flatMap(({ attribute }) =>
    attribute.flatMap(({ t, tensors }) => (t ? [t, ...tensors] : tensors)),
  );
  const outside = [...initializer, ...attributes].filter(
    ({ dataLocation }) => dataLocation === TensorProto_DataLocation.EXTERNAL,
  );
  const files = new Map<string, Uint8Array>();
  const found = new Map<TensorProto, Uint8Array>();
  for (const tensor of outside) {
    const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
    const location = entries.get('location') ?? '';
    let bytes = files.get(location);
    if (!bytes) {
      if (files.size >= limits.weightFiles)
        throw invalid(name, `it names more than ${String(files.size)} files`);
      bytes = await sibling(location, limits.fileBytes);
      files.set(location, bytes);
    }
    const offset = Number(entries.get('offset') ?? 0);
    const length = Number(entries.get('length') ?? bytes.byteLength - offset);
    const isWhole = [offset, length].every((count) => Number.isSafeInteger(count) && count >= 0);
    if (!isWhole || offset + length > bytes.byteLength) {
      throw invalid(
        name,
        `the weights "${tensor.name}" lie beyond the end of ${location} (${String(bytes.byteLength)} bytes)`,
      );
    }
    found.set(tensor, bytes.subarray(offset, offset + length));
  }
  return found;
}

/** Sizes of other tensors are no weights. */
function countOf({ type, values }: ConstantTensor): number {
  return type === 'float' ? values.length : 0;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

function invalid(name: string, what: string): ModelError {
  return new ModelError(
    'invalid-file',
    `${name} is no ONNX file that can be read: ${what}. Fetch or export it again.`,
  );
}
