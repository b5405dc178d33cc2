import { ModelSession, type ModelTensorData, type NodeId } from '@ablation-cam/kernels';
import { ModelError } from '../../errors.ts';
import type { OwnOperation, OwnOperations } from '../../network/network.ts';
import { product } from '../layout.ts';
import { encodeValues, runtimeType } from './element-types.ts';
import { nodeModel } from './node-model.ts';
import type { OpaqueSource } from './opaque-source.ts';

/** Runs the nodes of a file for which there is no rule, each cut out of the file. */
export class OpaqueOperations implements OwnOperations {
  readonly #sources = new Map<NodeId, OpaqueSource>();

  constructor(sources: readonly OpaqueSource[]) {
    for (const source of sources) for (const { node } of source.outputs) this.#sources.set(node, source);
  }

  resultsWith(node: NodeId): readonly NodeId[] {
    return this.#source(node).outputs.map((output) => output.node);
  }

  async prepare(node: NodeId): Promise<OwnOperation> {
    const source = this.#source(node);
    return new OpaqueOperation(source, await ModelSession.create(nodeModel(source)));
  }

  #source(node: NodeId): OpaqueSource {
    const source = this.#sources.get(node);
    if (!source) throw new RangeError(`Node ${String(node)} is no operation of the file.`);
    return source;
  }
}

class OpaqueOperation implements OwnOperation {
  readonly #source: OpaqueSource;
  readonly #session: ModelSession;

  constructor(source: OpaqueSource, session: ModelSession) {
    this.#source = source;
    this.#session = session;
  }

  /** One input at a time: what the file makes of its first axis is not known. */
  async run(values: readonly Float32Array[], inputs: number): Promise<Float32Array[]> {
    const { outputs } = this.#source;
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
    for (const input of this.#source.inputs) {
      if (input?.kind !== 'tensor') continue;
      const { name, place, dims, dataType } = input;
      const size = product(dims);
      const own = (values[place] ?? new Float32Array()).subarray(n * size, (n + 1) * size);
      feeds.set(name, { type: runtimeType(dataType), data: encodeValues(own, dataType), dims });
    }
    return feeds;
  }

  #otherSize(output: string, found: number, wanted: number): ModelError {
    const { name, type } = this.#source.node;
    return new ModelError(
      'invalid-file',
      `Node "${name}" (${type}) made ${String(found)} values of "${output}" where ${String(wanted)} were expected of its shape in the ` +
        'file. Run onnx.shape_inference.infer_shapes on the file, and see that the shape does not depend on the input.',
    );
  }
}
