import type * as tf from '@tensorflow/tfjs';
import type { Graph, NodeId, Shape } from '@ablation-cam/kernels';
import { ModelError } from '../errors.ts';
import { describeShape, sameShape } from '../layers/shapes.ts';
import type {
  Network,
  NetworkInput,
  NetworkLayer,
  NetworkOutput,
  OpenShape,
  OwnOperations,
  SizedLayer,
  SizedNetwork,
} from '../network/network.ts';
import { SizeCache } from '../network/size-cache.ts';
import { GraphPrograms } from '../tfjs/graph-programs.ts';
import { UploadedArrays } from '../tfjs/uploaded-arrays.ts';
import { describeNodes, type Describing } from './describe-nodes.ts';
import { importNodes, type ImportedNodes, type Operators, type SizedInput } from './import-nodes.ts';
import { Memo } from './node-context.ts';
import type { FileNode, NodeFile } from './node-file.ts';
import { NodeWeights, type TrainedOperators } from './node-weights.ts';
import type { OpaqueNode } from './opaque-node.ts';
import { OpaqueRuns, type RunOpaque } from './opaque-runs.ts';

/** Pairs of sizes with which open axes are tried: what differs between both is open, too. */
const TRIED: readonly (readonly [number, number])[] = [
  [224, 256],
  [299, 363],
  [64, 96],
  [32, 48],
  [28, 36],
  [1000, 1280],
];

/** A file of nodes, and what its format says of them. */
export interface NodeFormat<Node extends FileNode> extends Operators<Node>, Describing<Node> {
  /** For each input the axes of its tensor, without the batch, in the order in which users give them: channels last. */
  readonly inputOrders: readonly (readonly number[])[];
  readonly opaque: OpaqueEngine<Node>;
  readonly trained: TrainedOperators<Node>;
}

/** What runs the nodes of a format that have no operations here. */
export type OpaqueEngine<Node extends FileNode> =
  /** TensorFlow.js, within `SizedNetwork.run`. */
  | { readonly kind: 'tensorflow'; readonly run: RunOpaque<Node> }
  /** ONNX Runtime, between parts of the graph that it runs as well: `SizedNetwork.ownOperations`. */
  | {
      readonly kind: 'onnxruntime';
      readonly operations: (nodes: readonly OpaqueNode<Node>[]) => OwnOperations;
    };

/** A network in a file of nodes. Its weights stay in memory as long as it does; `at` gives one with those that it has now. */
export class GraphNetwork<Node extends FileNode = FileNode> implements Network {
  readonly inputs: readonly NetworkInput[];
  readonly outputs: readonly NetworkOutput[];
  readonly layers: readonly NetworkLayer[];
  readonly weights: NodeWeights<Node>;
  /** How many weights the file has. */
  readonly parameters: number;
  readonly #file: NodeFile<Node>;
  readonly #format: NodeFormat<Node>;
  readonly #memo = new Memo();
  readonly #arrays = new UploadedArrays();
  readonly #sizes = new SizeCache<SizedGraph<Node>>((network) => {
    network.release();
  });
  readonly #isOpen: boolean;
  /** Where no size is open, and no weight has been changed. */
  #first: ImportedNodes<Node> | null;
  /** Counts changes of weights. */
  #version = 0;

  /**
   * @throws ModelError as `importNodes` does, and `unsupported-layer` where a network of open sizes works with none of those
   *   that are tried
   */
  constructor(file: NodeFile<Node>, format: NodeFormat<Node>) {
    // Changed weights go there.
    const changing = { ...file, weights: new Map(file.weights) };
    this.#file = changing;
    this.#format = format;
    this.parameters = file.parameters;
    this.inputs = file.inputs.map(({ name, shape }, i) => ({
      name,
      shape: (format.inputOrders[i] ?? []).map((axis) => shape[axis] ?? null),
    }));
    this.#isOpen = this.inputs.some(({ shape }) => shape.includes(null));
    this.#first = this.#isOpen ? null : this.#import(this.inputs.map((input) => definite(input, undefined)));
    const { layers, outputs, nodes } = this.#first ? this.#described(this.#first) : this.#tried();
    this.layers = layers;
    this.outputs = outputs;
    this.weights = new NodeWeights(changing, format.trained, nodes, () => {
      this.#version += 1;
      this.#first = null;
      this.#sizes.clear();
    });
  }

  async at(inputShapes?: readonly Shape[]): Promise<SizedNetwork> {
    const shapes = this.inputs.map((input, i) => definite(input, inputShapes?.[i]));
    return this.#sizes.of(this.#isOpen ? shapes : undefined, () => {
      const sized = (): SizedGraph<Node> => {
        const version = this.#version;
        const imported = this.#first ?? this.#import(shapes);
        return new SizedGraph(this, imported, this.#format, this.#arrays, () => version === this.#version);
      };
      // One turn later: an error is a rejection.
      return Promise.resolve().then(sized);
    });
  }

  /** Frees the weights on TensorFlow.js's backend; the network can be used nevertheless. */
  dispose(): void {
    this.#arrays.dispose();
  }

  #import(shapes: readonly Shape[]): ImportedNodes<Node> {
    const inputs = shapes.map((shape, i): SizedInput => {
      const order = this.#format.inputOrders[i] ?? [];
      const dims = (this.#file.inputs[i]?.shape ?? []).map((_, axis) =>
        axis === 0 ? 1 : (shape[order.indexOf(axis)] ?? 1),
      );
      return { dims, order };
    });
    return importNodes(this.#file, this.#format, inputs, this.#memo);
  }

  /** What is known of shapes: that of networks of two sizes, as far as they agree. */
  #tried(): Described<Node, NetworkLayer> {
    let reason: unknown;
    for (const [first, second] of TRIED) {
      try {
        const [one, other] = [first, second].map((size) =>
          this.#described(
            this.#import(this.inputs.map(({ shape }) => shape.map((length) => length ?? size))),
          ),
        );
        if (one && other) return agreeing(one, other);
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        reason ??= error;
      }
    }
    throw reason instanceof ModelError ? reason : new RangeError('No sizes were tried.');
  }

  #described(imported: ImportedNodes<Node>): Described<Node> {
    const outputs = imported.graph.outputs.map(({ name, node, scoreFunction }) => ({
      name,
      scoreFunction,
      shape: imported.graph.nodes[node]?.shape ?? [],
    }));
    const layers = describeNodes(imported, this.#format);
    return {
      layers,
      outputs,
      nodes: new Map(imported.results.map(({ from }, i) => [layers[i]?.name ?? '', from])),
    };
  }
}

interface Described<Node extends FileNode, Layer extends NetworkLayer = SizedLayer> {
  readonly layers: readonly Layer[];
  readonly outputs: readonly NetworkOutput[];
  /** The nodes of the file that layers are, by their names. */
  readonly nodes: ReadonlyMap<string, Node>;
}

function agreeing<Node extends FileNode>(
  one: Described<Node>,
  other: Described<Node>,
): Described<Node, NetworkLayer> {
  const open = (a: Shape, b: Shape | undefined): OpenShape =>
    a.map((length, i) => (length === b?.[i] ? length : null));
  return {
    nodes: one.nodes,
    layers: one.layers.map(({ node: _, ...layer }, i): NetworkLayer => ({
      ...layer,
      shape: open(layer.shape, other.layers[i]?.shape),
    })),
    outputs: one.outputs.map((output, i) => ({
      ...output,
      shape: open(output.shape as Shape, other.outputs[i]?.shape as Shape),
    })),
  };
}

/** The sizes of an input: those given, which have to fit, or its own. @throws ModelError `invalid-input` */
function definite({ name, shape }: NetworkInput, given: Shape | undefined): Shape {
  const found = given ?? shape.flatMap((length) => length ?? []);
  const fits =
    found.length === shape.length && shape.every((length, i) => length === null || length === found[i]);
  if (fits) return found;
  throw new ModelError(
    'invalid-input',
    given
      ? `The network's input "${name}" has the shape ${describeShape(shape)}, but ${describeShape(given)} was given. ` +
          "Resize the input to the network's size."
      : `The network's input "${name}" has the shape ${describeShape(shape)}: say its sizes.`,
  );
}

class SizedGraph<Node extends FileNode> implements SizedNetwork {
  readonly graph: Graph;
  readonly layers: readonly SizedLayer[];
  readonly ownOperations?: OwnOperations;
  readonly #arrays: UploadedArrays;
  readonly #programs: GraphPrograms;
  /** Where TensorFlow.js runs the nodes that have no operations here. */
  readonly #runs: OpaqueRuns<Node> | null;
  readonly #isCurrent: () => boolean;

  constructor(
    readonly network: Network,
    imported: ImportedNodes<Node>,
    format: NodeFormat<Node>,
    arrays: UploadedArrays,
    isCurrent: () => boolean,
  ) {
    this.#isCurrent = isCurrent;
    this.graph = imported.graph;
    this.layers = describeNodes(imported, format);
    this.#arrays = arrays;
    this.#programs = new GraphPrograms(imported.graph, arrays);
    const { opaque } = format;
    this.#runs =
      opaque.kind === 'tensorflow'
        ? new OpaqueRuns(imported.graph, this.#programs, imported.opaque, opaque.run)
        : null;
    if (opaque.kind === 'onnxruntime') this.ownOperations = opaque.operations(imported.opaque);
  }

  get isCurrent(): boolean {
    return this.#isCurrent();
  }

  ready(): Promise<void> {
    this.#arrays.settle();
    return Promise.resolve();
  }

  release(): void {
    this.#programs.release();
  }

  run<const F extends readonly NodeId[]>(
    feeds: ReadonlyMap<NodeId, tf.Tensor>,
    fetches: F,
  ): { -readonly [K in keyof F]: tf.Tensor } {
    for (const [node, { shape }] of feeds) {
      const own = this.graph.nodes[node]?.shape ?? [];
      if (sameShape(shape.slice(1), own)) continue;
      throw new ModelError(
        'invalid-input',
        `"${this.graph.nodes[node]?.name ?? ''}" takes [batch, ${own.join(', ')}], but ${describeShape(shape)} was given.`,
      );
    }
    const found: readonly tf.Tensor[] = (this.#runs ?? this.#programs).run(feeds, fetches);
    return found as { -readonly [K in keyof F]: tf.Tensor };
  }
}
