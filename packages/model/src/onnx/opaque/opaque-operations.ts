import { type NodeId } from '@ablation-cam/kernels';
import { ModelSession, type ModelTensorData } from '@ablation-cam/kernels/sessions';
import { TensorProto_DataType as DataType } from 'onnx-buf';
import { ModelError } from '../../errors.ts';
import type { OwnOperation, OwnOperations } from '../../network/network.ts';
import { product } from '../../nodes/layout.ts';
import type { OpaqueNode } from '../../nodes/opaque-node.ts';
import type { OnnxFile, OnnxNode } from '../onnx-file.ts';
import { encodeValues, runtimeType } from './element-types.ts';
import { nodeModel } from './node-model.ts';
import { dataTypesOf } from './result-type.ts';

/** Runs the nodes of a file for which there is no rule, each cut out of the file. */
export class OpaqueOperations implements OwnOperations {
  readonly #file: OnnxFile;
  readonly #nodes = new Map<NodeId, OpaqueNode<OnnxNode>>();
  #types: ReadonlyMap<string, number> | null = null;

  constructor(file: OnnxFile, nodes: readonly OpaqueNode<OnnxNode>[]) {
    this.#file = file;
    for (const opaque of nodes) for (const { node } of opaque.outputs) this.#nodes.set(node, opaque);
  }

  resultsWith(node: NodeId): readonly NodeId[] {
    return this.#opaque(node).outputs.map((output) => output.node);
  }

  async prepare(node: NodeId): Promise<OwnOperation> {
    const opaque = this.#opaque(node);
    const model = nodeModel(opaque, this.#file.opsets, this.#typeOf);
    return new OpaqueOperation(opaque, this.#typeOf, await ModelSession.create(model));
  }

  readonly #typeOf = (name: string): number =>
    (this.#types ??= dataTypesOf(this.#file)).get(name) ?? DataType.FLOAT;

  #opaque(node: NodeId): OpaqueNode<OnnxNode> {
    const found = this.#nodes.get(node);
    if (!found) throw new RangeError(`Node ${String(node)} is no operation of the file.`);
    return found;
  }
}

class OpaqueOperation implements OwnOperation {
  readonly #node: OpaqueNode<OnnxNode>;
  readonly #typeOf: (name: string) => number;
  readonly #session: ModelSession;

  constructor(node: OpaqueNode<OnnxNode>, typeOf: (name: string) => number, session: ModelSession) {
    this.#node = node;
    this.#typeOf = typeOf;
    this.#session = session;
  }

  /** One input at a time: what the file makes of its first axis is not known. */
  async run(values: readonly Float32Array[], inputs: number): Promise<Float32Array[]> {
    const { outputs } = this.#node;
    const results = outputs.map(({ shape }) => new Float32Array(inputs * product(shape)));
    for (let n = 0; n < inputs; n++) {
      const found = await this.#session.run(this.#feeds(values, n));
      outputs.forEach(({ name, shape }, i) => {
        const own = found.get(name) ?? new Float32Array();
        const size = product(shape);
        if (own.length !== size) throw this.#otherSize(name, own.length, size);
        results[i]?.set(own, n * size);
      });
    }
    return results;
  }

  dispose(): void {
    this.#session.dispose();
  }

  #feeds(values: readonly Float32Array[], n: number): Map<string, ModelTensorData> {
    const feeds = new Map<string, ModelTensorData>();
    for (const input of this.#node.inputs) {
      if (input?.kind !== 'tensor') continue;
      const { name, place, dims } = input;
      const dataType = this.#typeOf(name);
      const size = product(dims);
      const own = (values[place] ?? new Float32Array()).subarray(n * size, (n + 1) * size);
      feeds.set(name, { type: runtimeType(dataType), data: encodeValues(own, dataType), dims });
    }
    return feeds;
  }

  #otherSize(output: string, found: number, wanted: number): ModelError {
    const { name, type } = this.#node.from;
    return new ModelError(
      'invalid-file',
      `Node "${name}" (${type}) made ${String(found)} values of "${output}" where ${String(wanted)} were expected of its shape in the ` +
        'file. Run onnx.shape_inference.infer_shapes on the file, and see that the shape does not depend on the input.',
    );
  }
}
