import * as tf from '@tensorflow/tfjs';
import { type Graph, type NodeId } from '@ablation-cam/kernels';
import { lowerGraph, shapeIn, type GraphProgram } from '@ablation-cam/kernels/lowering';
import { fuseNodes, type FusedNode } from './fuse-nodes.ts';
import { runFused, runPrimitive } from './primitives.ts';
import type { UploadedArrays } from './uploaded-arrays.ts';

/** Parts of a network that are kept as programs: those between the taps of a few layers and the outputs. */
const MOST_PROGRAMS = 32;

/** TensorFlow.js has none, and a convolution for each group takes longer than one whose kernel has zeros: ResNeXt-50 twice as long. */
const TAKES_GROUPS = false;

/** A part of a network, and its nodes as they run where nobody asks for gradients. */
interface Part extends GraphProgram {
  readonly fused: readonly FusedNode[];
}

/** Runs parts of a graph with TensorFlow.js's operations on its current backend. */
export class GraphPrograms {
  readonly #graph: Graph;
  readonly #arrays: UploadedArrays;
  readonly #programs = new Map<string, Part>();

  constructor(graph: Graph, arrays: UploadedArrays) {
    this.#graph = graph;
    this.#arrays = arrays;
  }

  /**
   * Returns the values of the nodes in `fetches`, which belong to the caller, computed from those in `feeds`. Differentiable, as
   * far as TensorFlow.js has gradients.
   *
   * @param feeds `[batch, ...shape]` of one batch size; they are not disposed of
   * @throws KernelsError `unsupported-operation` where a node without a rule lies in between, `invalid-input` where an input of the
   *   network is missing
   */
  run(feeds: ReadonlyMap<NodeId, tf.Tensor>, fetches: readonly NodeId[]): tf.Tensor[] {
    const { constants, given, fused, once, fetched, values } = this.#programOf([...feeds.keys()], fetches);
    // Fused operations of TensorFlow.js have gradients that compute those of the weights, too, which nobody reads.
    const nodes: readonly FusedNode[] = isDifferentiated() ? once : fused;
    const [inputs = 1] = [...feeds.values()].map(({ shape: [batch = 1] }) => batch);
    return tf.tidy(() => {
      const tensors = new Map<number, tf.Tensor>();
      const kept = new Set<number>();
      const hold = (id: number, tensor: tf.Tensor): void => {
        tensors.set(id, tensor);
        kept.add(id);
      };
      const read = (id: number): tf.Tensor => {
        const tensor = tensors.get(id);
        if (!tensor) throw new RangeError(`Tensor ${String(id)} is read before it is made.`);
        return tensor;
      };
      for (const { value, values: array, shape } of constants)
        hold(value, this.#arrays.read(array, shape, this));
      for (const { node, value } of given) {
        const fed = feeds.get(node);
        if (value !== null && fed) hold(value, fed);
      }
      for (const { operation, inputs: sources, output, frees, ending } of nodes) {
        const shape = shapeIn(values[output] ?? [], { inputs, variants: 1 });
        const operands = sources.map(read);
        tensors.set(
          output,
          ending ? runFused(operation, operands, ending, shape) : runPrimitive(operation, operands, shape),
        );
        // What was fed is the caller's.
        for (const id of frees) if (!kept.has(id)) read(id).dispose();
      }
      return fetched.map((id) => read(id).clone());
    });
  }

  /** Frees its weights where no other graph reads them; they come back when it runs again. */
  release(): void {
    this.#arrays.release(this);
  }

  #programOf(feeds: readonly NodeId[], fetches: readonly NodeId[]): Part {
    const key = JSON.stringify([feeds, fetches]);
    const found = this.#programs.get(key) ?? this.#lower(feeds, fetches);
    // The last used comes last, so that the first is the one to forget.
    this.#programs.delete(key);
    this.#programs.set(key, found);
    for (const old of [...this.#programs.keys()].slice(0, -MOST_PROGRAMS)) this.#programs.delete(old);
    return found;
  }

  #lower(feeds: readonly NodeId[], fetches: readonly NodeId[]): Part {
    const program = lowerGraph(this.#graph, feeds, fetches, TAKES_GROUPS);
    return { ...program, fused: fuseNodes(program) };
  }
}

/** Whether TensorFlow.js writes down what runs, to go back through it. */
function isDifferentiated(): boolean {
  return tf.engine().state.gradientDepth > 0;
}
