import * as tf from '@tensorflow/tfjs';
import type { SeededRandom } from '@ablation-cam/tools/testing';
import type { NamedFile } from '../../../src/index.ts';

type AttributeJson = Readonly<Record<string, unknown>>;

/** Whole numbers are integers, `{ f: 0.5 }` and other objects are as they are. */
export type AttributeValue =
  number | boolean | string | readonly number[] | readonly string[] | AttributeJson;

type Quantization =
  | { readonly dtype: 'uint8' | 'uint16'; readonly scale: number; readonly min: number }
  | { readonly dtype: 'float16' };

interface Weight {
  readonly name: string;
  readonly shape: number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly bytes: Uint8Array;
  readonly quantization?: Quantization;
}

/** What the converter writes of every convolution. */
const CONVOLUTION: Readonly<Record<string, AttributeValue>> = {
  data_format: 'NHWC',
  dilations: [1, 1, 1, 1],
  explicit_paddings: [],
};

/** Writes GraphModels as the converter does. */
export class GraphModelBuilder {
  readonly nodes: Record<string, unknown>[] = [];
  readonly weights: Weight[] = [];
  readonly inputs: Record<string, unknown> = {};
  readonly outputs: Record<string, unknown> = {};
  #count = 0;

  constructor(readonly random: SeededRandom) {}

  /** @param dims with the batch; -1 is open */
  input(name: string, dims: readonly number[], type = 'DT_FLOAT'): string {
    const shape = { dim: dims.map((size) => ({ size: String(size) })) };
    this.nodes.push({ name, op: 'Placeholder', attr: { shape: { shape }, dtype: { type } } });
    this.inputs[name] = { name: `${name}:0`, dtype: type, tensorShape: shape };
    return name;
  }

  /** @param key what it is called in the signature */
  output(name: string, key = name): void {
    this.outputs[key] = { name: name.includes(':') ? name : `${name}:0`, dtype: 'DT_FLOAT' };
  }

  /** Random float32 weights between -scale and scale. */
  weight(dims: readonly number[], scale = 1): string {
    return this.floats(
      dims,
      this.random.floats(size(dims)).map((value) => value * scale),
    );
  }

  floats(dims: readonly number[], values: ArrayLike<number>): string {
    return this.constant(dims, 'float32', new Uint8Array(Float32Array.from(values).buffer));
  }

  ints(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.constant(dims, 'int32', new Uint8Array(Int32Array.from(values).buffer));
  }

  int(value: number): string {
    return this.ints([value], []);
  }

  constant(
    shape: readonly number[],
    dtype: Weight['dtype'],
    bytes: Uint8Array,
    quantization?: Quantization,
  ): string {
    const name = `unknown_${String(this.weights.length)}`;
    this.nodes.push({ name, op: 'Const', attr: {} });
    this.weights.push({ name, shape: [...shape], dtype, bytes, ...(quantization && { quantization }) });
    return name;
  }

  /** Adds a node; returns the name of its first output. */
  node(
    op: string,
    input: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    name = `StatefulPartitionedCall/net/${op}_${String(this.#count)}`,
  ): string {
    this.#count += 1;
    const defaults: Readonly<Record<string, AttributeValue>> = /Conv2[dD]/.test(op) ? CONVOLUTION : {};
    const attr = Object.fromEntries(
      Object.entries({ ...defaults, ...attributes }).map(([key, value]) => [key, attributeJson(value)]),
    );
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  get topology(): Record<string, unknown> {
    return { node: this.nodes, versions: { producer: 808 } };
  }

  get signature(): Record<string, unknown> {
    return { inputs: this.inputs, outputs: this.outputs };
  }

  get specs(): Omit<Weight, 'bytes'>[] {
    return this.weights.map(({ bytes: _, ...spec }) => spec);
  }

  get weightBytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.weights.reduce((sum, weight) => sum + weight.bytes.byteLength, 0));
    let at = 0;
    for (const weight of this.weights) {
      bytes.set(weight.bytes, at);
      at += weight.bytes.byteLength;
    }
    return bytes;
  }

  /** `model.json` and its weights in two shards, which cut wherever. */
  files(changes: Readonly<Record<string, unknown>> = {}): NamedFile[] {
    const description = {
      format: 'graph-model',
      generatedBy: '2.12.0',
      signature: this.signature,
      modelTopology: this.topology,
      weightsManifest: [{ paths: ['group1-shard1of2', 'group1-shard2of2'], weights: this.specs }],
      ...changes,
    };
    const bytes = this.weightBytes;
    const middle = Math.floor(bytes.byteLength / 2) + 1;
    return [
      { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(description)) },
      { name: 'group1-shard1of2', bytes: bytes.slice(0, middle) },
      { name: 'group1-shard2of2', bytes: bytes.slice(middle) },
    ];
  }

  /** What TensorFlow.js makes of it. @param streams whether the weights come bit by bit, and are not kept */
  load(streams = false): Promise<tf.GraphModel> {
    const data = this.weightBytes;
    return tf.loadGraphModel({
      load: () =>
        Promise.resolve({
          // TensorFlow.js writes into what it loads.
          modelTopology: structuredClone(this.topology),
          signature: structuredClone(this.signature),
          weightSpecs: structuredClone(this.specs),
          ...(streams ? { getWeightStream: () => streamOf(data.buffer) } : { weightData: data.buffer }),
        }),
    });
  }
}

function streamOf(bytes: ArrayBuffer): ReadableStream<ArrayBuffer> {
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

function attributeJson(value: AttributeValue): AttributeJson {
  if (typeof value === 'number') return Number.isInteger(value) ? { i: String(value) } : { f: value };
  if (typeof value === 'boolean') return { b: value };
  if (typeof value === 'string') return { s: btoa(value) };
  if (!Array.isArray(value)) return value as AttributeJson;
  const list: readonly (number | string)[] = value as readonly (number | string)[];
  return list.some((item) => typeof item === 'string')
    ? { list: { s: list.map((item) => btoa(String(item))) } }
    : { list: { i: list.map(String) } };
}

function size(dims: readonly number[]): number {
  return dims.reduce((product, length) => product * length, 1);
}
