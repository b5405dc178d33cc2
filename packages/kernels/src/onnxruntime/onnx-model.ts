import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import type { GraphProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType,
  TensorProtoSchema,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';
import type { Length } from '../lowering/length.ts';

/**
 * The first opset in which reductions take their axes as an input, resizing names the axes it is about and padding as
 * well; runtimes since ONNX 1.13 know it.
 */
const OPSET = 18n;

/** The version of the file format that came with it. */
const IR_VERSION = 8n;

/** Arrays below this are written into the model; larger ones stay outside, so that nobody copies them. */
const INLINE_BYTES = 1024;

/** Most bytes of arrays that branches own, which are written into the model: a file may have 2 GiB. */
const OWNED_BYTES = 2 ** 30;

/** An ONNX model and the large arrays it refers to by name. */
export interface OnnxModel {
  readonly bytes: Uint8Array;
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export type FedType = 'float32' | 'int32' | 'int64';

export type Attribute = number | string | readonly number[] | Subgraph;

/** Nodes that another node runs, once or several times; they read what was there before that node. */
export interface Subgraph {
  readonly kind: 'subgraph';
}

/** Its nodes are no part of what users see: their types are those of a library that comes inside the package. */
interface WrittenSubgraph extends Subgraph {
  readonly graph: MessageInitShape<typeof GraphProtoSchema>;
}

const DATA_TYPES = {
  float32: TensorProto_DataType.FLOAT,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
} as const satisfies Record<FedType, TensorProto_DataType>;

/** A model while it is written. Tensors are known by their names. */
export class OnnxModelBuilder {
  #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #external: { path: string; data: Uint8Array }[] = [];
  readonly #inputs: { name: string; type: FedType; dims: readonly Length[] }[] = [];
  readonly #outputs: { name: string; dims: readonly Length[] }[] = [];
  readonly #lists = new Map<string, string>();
  /** Of the branch that is written, where it owns its arrays. */
  #owned: TensorProto[] | null = null;
  #ownedBytes = 0;
  #count = 0;

  /** Adds a node and returns the name of its result. @param inputs names; an empty one is left out */
  add(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    layers: readonly string[] = [],
  ): string {
    const output = this.#name(opType);
    this.#nodes.push(
      create(NodeProtoSchema, {
        name: output,
        opType,
        input: [...inputs],
        output: [output],
        attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
        docString: layers.join(', '),
      }),
    );
    return output;
  }

  /** Adds a node with several results, and returns their names. */
  addMany(
    opType: string,
    results: number,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
  ): string[] {
    const first = this.add(opType, inputs, attributes);
    const others = Array.from({ length: results - 1 }, () => this.#name(opType));
    this.#nodes.at(-1)?.output.push(...others);
    return [first, ...others];
  }

  /** What an `If` does: the nodes that `write` adds, which read what was there before. Their results are what it returns, floats. */
  branch(write: () => readonly string[]): Subgraph {
    return this.#subgraph([], write);
  }

  /**
   * The same, which owns the large arrays that `write` adds: they are nothing to others. ONNX Runtime arranges the weights of a
   * convolution as suits it only where they belong to the graph that reads them.
   */
  branchWithConstants(write: () => readonly string[]): Subgraph {
    const owned: TensorProto[] = [];
    this.#owned = owned;
    const { kind, graph } = this.#subgraph([], write);
    this.#owned = null;
    const branch: WrittenSubgraph = { kind, graph: { ...graph, initializer: owned } };
    return branch;
  }

  /**
   * What a `Loop` does in every turn, whose results, floats, are stacked.
   *
   * @param write is given the name of the turn's number, int64 `[]`
   */
  turn(write: (number: string) => readonly string[]): Subgraph {
    const [number, goesOn] = [this.#name('turn'), this.#name('goes_on')];
    const inputs = [
      scalarInfo(number, TensorProto_DataType.INT64),
      scalarInfo(goesOn, TensorProto_DataType.BOOL),
    ];
    return this.#subgraph(inputs, () => [this.add('Identity', [goesOn]), ...write(number)]);
  }

  input(name: string, type: FedType, dims: readonly Length[]): string {
    this.#inputs.push({ name, type, dims });
    return name;
  }

  /** Gives a tensor out, under a name of its own. */
  output(name: string, tensor: string, dims: readonly Length[]): void {
    this.#nodes.push(create(NodeProtoSchema, { name, opType: 'Identity', input: [tensor], output: [name] }));
    this.#outputs.push({ name, dims });
  }

  /** An array that is the same in all runs; nobody may write to it until a session was made of the model. */
  constant(values: Float32Array | Int32Array | BigInt64Array, dims: readonly number[]): string {
    const name = this.#name('constant');
    const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const isSmall = data.byteLength < INLINE_BYTES;
    const owned = !isSmall && this.#ownedBytes + data.byteLength <= OWNED_BYTES ? this.#owned : null;
    if (owned) this.#ownedBytes += data.byteLength;
    const isInline = isSmall || owned !== null;
    if (!isInline) this.#external.push({ path: name, data });
    (owned ?? this.#initializers).push(
      create(TensorProtoSchema, {
        name,
        dims: dims.map(BigInt),
        dataType: DATA_TYPES[elementType(values)],
        ...(isInline
          ? { rawData: Uint8Array.from(data) }
          : {
              dataLocation: TensorProto_DataLocation.EXTERNAL,
              externalData: [
                { key: 'location', value: name },
                { key: 'offset', value: '0' },
                { key: 'length', value: String(data.byteLength) },
              ],
            }),
      }),
    );
    return name;
  }

  /** A list of int64, `[n]`: shapes, axes, places. */
  integers(list: readonly number[]): string {
    const key = list.join();
    const known = this.#lists.get(key) ?? this.constant(BigInt64Array.from(list, BigInt), [list.length]);
    this.#lists.set(key, known);
    return known;
  }

  finish(): OnnxModel {
    const model = create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      opsetImport: [{ domain: '', version: OPSET }],
      producerName: 'ablation-cam',
      graph: {
        name: 'graph',
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs.map(({ name, type, dims }) => valueInfo(name, type, dims)),
        output: this.#outputs.map(({ name, dims }) => valueInfo(name, 'float32', dims)),
      },
    });
    return {
      bytes: toBinary(ModelProtoSchema, model),
      externalData: this.#external,
      inputs: this.#inputs.map(({ name }) => name),
      outputs: this.#outputs.map(({ name }) => name),
    };
  }

  #subgraph(inputs: readonly ValueInfo[], write: () => readonly string[]): WrittenSubgraph {
    const around = this.#nodes;
    this.#nodes = [];
    const results = write();
    const graph = {
      name: this.#name('graph'),
      node: this.#nodes,
      input: [...inputs],
      output: results.map((name, i) =>
        // The first result of a turn is whether another one follows.
        shapelessInfo(
          name,
          inputs.length > 0 && i === 0 ? TensorProto_DataType.BOOL : TensorProto_DataType.FLOAT,
        ),
      ),
    };
    this.#nodes = around;
    return { kind: 'subgraph', graph };
  }

  #name(kind: string): string {
    return `${kind}_${String(this.#count++)}`;
  }
}

function elementType(values: Float32Array | Int32Array | BigInt64Array): FedType {
  if (values instanceof Float32Array) return 'float32';
  return values instanceof Int32Array ? 'int32' : 'int64';
}

type AttributeInit = NonNullable<MessageInitShape<typeof NodeProtoSchema>['attribute']>[number];

function attributeOf(name: string, value: Attribute): AttributeInit {
  if (typeof value === 'string') {
    return { name, type: AttributeProto_AttributeType.STRING, s: new TextEncoder().encode(value) };
  }
  if (typeof value === 'object' && 'kind' in value) {
    return { name, type: AttributeProto_AttributeType.GRAPH, g: (value as WrittenSubgraph).graph };
  }
  if (typeof value === 'number') {
    return FLOAT_ATTRIBUTES.has(name)
      ? { name, type: AttributeProto_AttributeType.FLOAT, f: value }
      : { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) };
  }
  return { name, type: AttributeProto_AttributeType.INTS, ints: value.map(BigInt) };
}

/** ONNX tells integers from floats, JavaScript does not. */
const FLOAT_ATTRIBUTES: ReadonlySet<string> = new Set(['alpha', 'epsilon']);

type ValueInfo = MessageInitShape<typeof ValueInfoProtoSchema>;

function shapelessInfo(name: string, elemType: TensorProto_DataType): ValueInfo {
  return { name, type: { value: { case: 'tensorType', value: { elemType } } } };
}

function scalarInfo(name: string, elemType: TensorProto_DataType): ValueInfo {
  return { name, type: { value: { case: 'tensorType', value: { elemType, shape: { dim: [] } } } } };
}

function valueInfo(name: string, type: FedType, dims: readonly Length[]): ValueInfo {
  const dim = dims.map((length) =>
    typeof length === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(length) } }
      : { value: { case: 'dimParam' as const, value: `${String(length.times)}_per_${length.per}` } },
  );
  return {
    name,
    type: { value: { case: 'tensorType', value: { elemType: DATA_TYPES[type], shape: { dim } } } },
  };
}
