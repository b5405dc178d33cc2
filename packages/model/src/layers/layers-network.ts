import type * as tf from '@tensorflow/tfjs';
import type { NodeId, Shape } from '@ablation-cam/kernels';
import { ModelError } from '../errors.ts';
import type {
  Network,
  NetworkInput,
  NetworkLayer,
  NetworkOutput,
  SizedLayer,
  SizedNetwork,
  WeightAccess,
} from '../network/network.ts';
import { SizeCache } from '../network/size-cache.ts';
import { checkInputShapes, layerGraph } from './build-layer-graph.ts';
import { describeLayers } from './describe-layers.ts';
import { importLayers, type ImportedLayers } from './import-layers.ts';
import { layerWeights } from './layer-weights.ts';
import type { LayerGraph } from './layer-graph.ts';
import { runLayerGraph } from './run-layer-graph.ts';
import { describeShape } from './shapes.ts';
import { WeightStore } from './weight-store.ts';

/** A `tf.LayersModel` as a network: its layers run it. The model stays the caller's. */
export class LayersNetwork implements Network {
  readonly inputs: readonly NetworkInput[];
  readonly outputs: readonly NetworkOutput[];
  readonly layers: readonly NetworkLayer[];
  readonly weights: WeightAccess;
  readonly #model: tf.LayersModel;
  readonly #graph: LayerGraph;
  readonly #store: WeightStore;
  readonly #isOpen: boolean;
  /** Of the weights of `#version`. */
  readonly #sizes = new SizeCache();
  #version = 0;

  /** @throws ModelError `unsupported-layer` for a model whose layers are not connected, or in which a mask has an effect */
  constructor(model: tf.LayersModel) {
    this.#model = model;
    this.#graph = layerGraph(model);
    this.#store = new WeightStore(model);
    this.#isOpen = this.#graph.tensors.some(({ shape }) => shape.includes(null));
    this.inputs = model.inputs.map(({ sourceLayer, shape }) => ({
      name: sourceLayer.name,
      shape: shape.slice(1),
    }));
    this.outputs = this.#graph.outputs.map(({ name, tensor, scoreFunction }) => ({
      name,
      shape: this.#graph.tensors[tensor]?.shape ?? [],
      scoreFunction,
    }));
    this.layers = describeLayers(this.#graph);
    this.weights = layerWeights(this.#graph, this.#store);
  }

  async at(inputShapes?: readonly Shape[]): Promise<SizedNetwork> {
    if (!this.#isOpen && inputShapes) {
      checkInputShapes(this.#model, inputShapes);
      return this.at();
    }
    const { version } = this.#store;
    // Graphs of other weights hold these on the host.
    if (version !== this.#version) this.#sizes.clear();
    this.#version = version;
    return this.#sizes.of(inputShapes, () => this.#sized(inputShapes));
  }

  async #sized(inputShapes: readonly Shape[] | undefined): Promise<SizedNetwork> {
    const graph = inputShapes ? layerGraph(this.#model, inputShapes) : this.#graph;
    refuseEmpty(graph);
    await this.#store.readAll();
    const { version } = this.#store;
    return new SizedLayers(this, graph, await importLayers(graph, this.#store.read), this.#store, version);
  }
}

class SizedLayers implements SizedNetwork {
  readonly graph: ImportedLayers['graph'];
  readonly layers: readonly SizedLayer[];

  constructor(
    readonly network: Network,
    readonly layerGraph: LayerGraph,
    readonly imported: ImportedLayers,
    readonly store: WeightStore,
    readonly version: number,
  ) {
    this.graph = imported.graph;
    this.layers = describeLayers(layerGraph).map((layer) => {
      const node = imported.nodeOf[layer.tensor] ?? -1;
      return { ...layer, node, shape: imported.graph.nodes[node]?.shape ?? [] };
    });
  }

  get isCurrent(): boolean {
    return this.store.version === this.version;
  }

  ready(): Promise<void> {
    return this.store.settle();
  }

  run<const F extends readonly NodeId[]>(
    feeds: ReadonlyMap<NodeId, tf.Tensor>,
    fetches: F,
  ): { -readonly [K in keyof F]: tf.Tensor } {
    const tensors = new Map([...feeds].map(([node, tensor]) => [this.#tensorOf(node), tensor]));
    const fetched: readonly tf.Tensor[] = runLayerGraph(
      this.layerGraph,
      tensors,
      fetches.map((node) => this.#tensorOf(node)),
    );
    return fetched as { -readonly [K in keyof F]: tf.Tensor };
  }

  #tensorOf(node: NodeId): number {
    const tensor = this.imported.tensorOf[node] ?? null;
    if (tensor === null) {
      throw new RangeError(
        `Node ${String(node)} lies inside the layer "${this.graph.nodes[node]?.name ?? ''}".`,
      );
    }
    return tensor;
  }
}

/**
 * Refuses inputs that leave a layer nothing to work on, before anything runs: kernels of TensorFlow.js's WASM backend write
 * beyond their memory on such sizes.
 */
function refuseEmpty({ tensors, calls, inputs }: LayerGraph): void {
  for (const { name, outputs, inputs: sources } of calls) {
    const shape = outputs
      .map((id) => tensors[id]?.shape ?? [])
      .find((sizes) => sizes.some((size) => size !== null && size < 1));
    if (!shape) continue;
    const given = inputs.map((id) => describeShape(tensors[id]?.shape ?? [])).join(', ');
    const from = sources.map((id) => describeShape(tensors[id]?.shape ?? [])).join(', ');
    throw new ModelError(
      'invalid-input',
      `An input of ${given} is too small for the model: layer "${name}" would make ${describeShape(shape)} of ${from}. ` +
        'Give a larger input.',
    );
  }
}
