import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import type { SeededRandom } from './seeded-random.ts';

/** A number with a fraction is a float, others are integers; `float(1)` is one, too, and `{ floats: [1] }` a list of them. */
export type AttributeValue =
  | number
  | string
  | readonly number[]
  | TensorProto
  | GraphProto
  | { readonly float: number }
  | { readonly floats: readonly number[] };

export function float(value: number): { readonly float: number } {
  return { float: value };
}

/** Writes ONNX files as exporters do. */
export class OnnxBuilder {
  readonly nodes: NodeProto[] = [];
  readonly weights: TensorProto[] = [];
  readonly inputs: ValueInfoProto[] = [];
  readonly outputs: ValueInfoProto[] = [];
  readonly notes: ValueInfoProto[] = [];
  #count = 0;

  constructor(
    readonly random: SeededRandom,
    readonly opset = 17,
  ) {}

  /** @param dims names stand for open sizes */
  input(name: string, dims: readonly (number | string)[]): string {
    this.inputs.push(valueInfo(name, dims));
    return name;
  }

  /** @param dims null where the file does not say them */
  output(name: string, dims: readonly (number | string)[] | null = null): void {
    this.outputs.push(valueInfo(name, dims));
  }

  /** Says the shape of a tensor in between. */
  note(name: string, dims: readonly (number | string)[]): string {
    this.notes.push(valueInfo(name, dims));
    return name;
  }

  /** Random float32 weights. */
  weight(dims: readonly number[], scale = 1, name = this.#name('weight')): string {
    const values = this.random.floats(size(dims)).map((value) => value * scale);
    return this.floats(dims, values, name);
  }

  floats(dims: readonly number[], values: ArrayLike<number>, name = this.#name('floats')): string {
    this.weights.push(floatTensor(name, dims, values));
    return name;
  }

  ints(
    values: readonly number[],
    dims: readonly number[] = [values.length],
    name = this.#name('ints'),
  ): string {
    this.weights.push(intTensor(name, dims, values));
    return name;
  }

  /** Adds a node; returns the name of its first output. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    { name = `/${opType}_${String(this.#count)}`, outputs = 1, domain = '' } = {},
  ): string {
    this.#count += 1;
    const results = Array.from({ length: outputs }, (_, i) => `${name}_output_${String(i)}`);
    this.nodes.push(
      create(NodeProtoSchema, {
        opType,
        name,
        domain,
        input: [...inputs],
        output: results,
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      }),
    );
    return results[0] ?? '';
  }

  bytes(): Uint8Array {
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: 8n,
        producerName: 'pytorch',
        opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(this.opset) })],
        graph: this.graph(),
      }),
    );
  }

  /** What was added so far: the body of a loop or branch, for an attribute of another builder's node. */
  graph(): GraphProto {
    return create(GraphProtoSchema, {
      name: 'main_graph',
      node: this.nodes,
      initializer: this.weights,
      input: this.inputs,
      output: this.outputs,
      valueInfo: this.notes,
    });
  }

  #name(kind: string): string {
    return `onnx::${kind}_${String(this.weights.length)}`;
  }
}

export function floatTensor(name: string, dims: readonly number[], values: ArrayLike<number>): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: TensorProto_DataType.FLOAT,
    rawData: new Uint8Array(Float32Array.from(values).buffer),
  });
}

export function intTensor(name: string, dims: readonly number[], values: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: TensorProto_DataType.INT64,
    rawData: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer),
  });
}

/** What a file says of a tensor; an input of a loop's body is not always a float. */
export function valueInfo(
  name: string,
  dims: readonly (number | string)[] | null,
  type: 'FLOAT' | 'INT64' | 'BOOL' = 'FLOAT',
): ValueInfoProto {
  const dim = dims?.map((length) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof length === 'number'
          ? { case: 'dimValue', value: BigInt(length) }
          : { case: 'dimParam', value: length },
    }),
  );
  const shape = dim && create(TensorShapeProtoSchema, { dim });
  const tensor = create(TypeProto_TensorSchema, {
    elemType: TensorProto_DataType[type],
    ...(shape && { shape }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } }),
  });
}

function attribute(name: string, value: AttributeValue): AttributeProto {
  const of = (fields: MessageInitShape<typeof AttributeProtoSchema>): AttributeProto =>
    create(AttributeProtoSchema, { ...fields, name });
  const types = AttributeProto_AttributeType;
  if (typeof value === 'string') return of({ type: types.STRING, s: new TextEncoder().encode(value) });
  if (typeof value === 'number') {
    return Number.isInteger(value)
      ? of({ type: types.INT, i: BigInt(value) })
      : of({ type: types.FLOAT, f: value });
  }
  if ('float' in value) return of({ type: types.FLOAT, f: value.float });
  if ('floats' in value) return of({ type: types.FLOATS, floats: [...value.floats] });
  if ('initializer' in value) return of({ type: types.GRAPH, g: value });
  if ('dataType' in value) return of({ type: types.TENSOR, t: value });
  return value.every(Number.isInteger)
    ? of({ type: types.INTS, ints: value.map(BigInt) })
    : of({ type: types.FLOATS, floats: [...value] });
}

function size(dims: readonly number[]): number {
  return dims.reduce((product, length) => product * length, 1);
}
