import { ModelError } from '../errors.ts';
import { describeShape, sameShape } from '../layers/shapes.ts';
import type { FilterWeight, LayerWeight, WeightAccess } from '../network/network.ts';
import { floatsOf, type ConstantTensor } from './constant-tensor.ts';
import type { Dims } from './layout.ts';
import { readBy, type FileNode, type NodeFile } from './node-file.ts';

/** What of a format's operators training changes. */
export interface TrainedOperators<Node extends FileNode> {
  /** Whether the constants that a node reads are weights, and no settings. */
  readonly hasWeights: (node: Node) => boolean;
  /**
   * Returns which input of a node is its filter, and the stride of a channel in it (see `FilterWeight`); null where none is.
   *
   * @param dims of the weight that is an input, null where it is none
   */
  readonly filterOf: (node: Node, dims: (input: number) => Dims | null) => NodeFilter | null;
}

export interface NodeFilter extends Pick<FilterWeight, 'stride'> {
  /** Its place among the node's inputs. */
  readonly input: number;
}

/** A file of nodes, and what reads its weights: they are changed there. */
interface ChangingFile<Node extends FileNode> extends NodeFile<Node> {
  readonly weights: Map<string, () => ConstantTensor>;
}

/** The weights of the nodes of a file, which may be changed. */
export class NodeWeights<Node extends FileNode> implements WeightAccess {
  readonly #file: ChangingFile<Node>;
  readonly #original: ReadonlyMap<string, () => ConstantTensor>;
  readonly #operators: TrainedOperators<Node>;
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #onChange: () => void;
  #names: ReadonlyMap<string, readonly string[]> | null = null;

  /**
   * @param nodes by the names of the layers that they are, in the order of those
   * @param onChange is told that weights have changed
   */
  constructor(
    file: ChangingFile<Node>,
    operators: TrainedOperators<Node>,
    nodes: ReadonlyMap<string, Node>,
    onChange: () => void,
  ) {
    this.#file = file;
    this.#original = new Map(file.weights);
    this.#operators = operators;
    this.#nodes = nodes;
    this.#onChange = onChange;
  }

  get layers(): readonly string[] {
    return [...this.#all().keys()];
  }

  read(layer: string): Promise<readonly LayerWeight[]> {
    // One turn later: an error is a rejection.
    return Promise.resolve().then(() =>
      this.#namesOf(layer).map((name): LayerWeight => {
        const constant = this.#constant(name);
        return { shape: constant.dims, values: floatsOf(constant) };
      }),
    );
  }

  /** @throws ModelError `unknown-layer`; `invalid-option` for weights of other shapes */
  write(layer: string, weights: readonly LayerWeight[]): Promise<void> {
    return Promise.resolve().then(() => {
      const names = this.#namesOf(layer);
      const own = names.map((name) => this.#constant(name));
      const fits = weights.length === own.length && own.every(({ dims }, i) => isOfShape(weights[i], dims));
      if (!fits) {
        const wanted = own.map(({ dims }) => describeShape(dims)).join(', ');
        const given = weights.map(({ shape }) => describeShape(shape)).join(', ');
        throw new ModelError(
          'invalid-option',
          `Layer "${layer}" has weights of the shapes ${wanted}, but ${given} were given. Give one of each, in this order.`,
        );
      }
      names.forEach((name, i) => {
        this.#change(name, weights[i]?.values ?? new Float32Array());
      });
      this.#onChange();
    });
  }

  filterOf(layer: string): FilterWeight | null {
    const node = this.#nodes.get(layer);
    const names = this.#all().get(layer);
    if (!node || !names) return null;
    const isOwn = (input: number): boolean => names.includes(node.inputs[input] ?? '');
    const found = this.#operators.filterOf(node, (input) =>
      isOwn(input) ? this.#constant(node.inputs[input] ?? '').dims : null,
    );
    return found && isOwn(found.input)
      ? { weight: names.indexOf(node.inputs[found.input] ?? ''), stride: found.stride }
      : null;
  }

  #namesOf(layer: string): readonly string[] {
    const names = this.#all().get(layer);
    if (names) return names;
    throw new ModelError('unknown-layer', `The network has no layer "${layer}" with weights.`);
  }

  #constant(name: string): ConstantTensor {
    const read = this.#file.weights.get(name);
    if (!read) throw new RangeError(`${this.#file.name} has no weights "${name}".`);
    return read();
  }

  /** What a file's own values are given back as is the tensor it began with, of which all that was made can be used again. */
  #change(name: string, values: Float32Array): void {
    const original = this.#original.get(name);
    const constant = this.#constant(name);
    if (original && floatsOf(original()) === values) this.#file.weights.set(name, original);
    else {
      const changed: ConstantTensor = { ...constant, values: values.slice() };
      this.#file.weights.set(name, () => changed);
    }
  }

  /** The weights of each layer that has some; one that several layers read is the first one's. */
  #all(): ReadonlyMap<string, readonly string[]> {
    if (this.#names) return this.#names;
    const makers = new Map<string, Node>();
    for (const node of this.#file.nodes) for (const output of node.outputs) makers.set(output, node);
    const taken = new Set<string>();
    const found = new Map<string, readonly string[]>();
    for (const [layer, node] of this.#nodes) {
      if (!this.#operators.hasWeights(node)) continue;
      const names = leavesOf(node, makers, this.#file.weights).filter(
        (name) => !taken.has(name) && isWeight(this.#constant(name)),
      );
      for (const name of names) taken.add(name);
      if (names.length > 0) found.set(layer, names);
    }
    return (this.#names = found);
  }
}

/** A single number, as the epsilon of a sum, is a setting. */
function isWeight({ type, values }: ConstantTensor): boolean {
  return type === 'float' && values.length > 1;
}

function isOfShape(weight: LayerWeight | undefined, dims: Dims): boolean {
  const size = dims.reduce((product, length) => product * length, 1);
  return weight !== undefined && sameShape(weight.shape, dims) && weight.values.length === size;
}

/** Names of the weights that a node reads, itself or through nodes that compute with constants alone. */
function leavesOf<Node extends FileNode>(
  node: Node,
  makers: ReadonlyMap<string, Node>,
  weights: ReadonlyMap<string, unknown>,
): string[] {
  return [
    ...new Set(
      node.inputs.flatMap((input) => {
        if (weights.has(input)) return [input];
        const leaves = constantLeaves(input, makers, weights);
        return leaves ?? [];
      }),
    ),
  ];
}

/** The weights behind a tensor; null where it depends on an input of the network. */
function constantLeaves<Node extends FileNode>(
  tensor: string,
  makers: ReadonlyMap<string, Node>,
  weights: ReadonlyMap<string, unknown>,
): string[] | null {
  const leaves: string[] = [];
  const seen = new Set<string>();
  const open = [tensor];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === '' || seen.has(name)) continue;
    seen.add(name);
    const maker = makers.get(name);
    if (weights.has(name)) leaves.push(name);
    else if (maker) open.push(...readBy(maker));
    else return null;
  }
  return leaves;
}
