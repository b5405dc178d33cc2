import type { GraphNode, GraphOperation, NodeId, Shape } from '@ablation-cam/kernels';
import {
  axisOfFactors,
  axisOrder,
  dimsOf,
  factorsOf,
  isSame,
  layoutOf,
  preferredOrder,
  product,
  reshaped,
  sizeOfFactors,
  transposed,
  type Dims,
  type AxisLayout,
  type ChannelPlace,
} from './layout.ts';

/** A tensor that depends on the input: the node of the graph that yields it, and where its numbers lie in that. */
export interface GraphTensor {
  readonly node: NodeId;
  readonly layout: AxisLayout;
  /** The same tensor before its numbers were put in order, for who needs no order. */
  readonly unordered?: GraphTensor;
}

/** Axes that planners and engines exchange in one operation. */
const MOST_MOVED = 4;

/** A graph while it is written. Numbers are moved only where an operation needs them elsewhere. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  readonly #laid = new Map<string, NodeId>();
  #name = '';

  constructor(readonly channels: ChannelPlace) {}

  /** The node of the file that what is added belongs to. */
  nameNodes(name: string): void {
    this.#name = name;
  }

  /** The order of a tensor's axes to which others are brought. */
  preferredOrder(layout: AxisLayout): readonly number[] {
    return preferredOrder(layout, this.channels);
  }

  add(operation: GraphOperation, inputs: readonly NodeId[], shape: Shape): NodeId {
    return this.nodes.push({ name: this.#name, operation, inputs, shape }) - 1;
  }

  shape(node: NodeId): Shape {
    const found = this.nodes[node];
    if (!found) throw new RangeError(`The graph has no node ${String(node)}.`);
    return found.shape;
  }

  /** The same numbers in another shape. */
  reshape(node: NodeId, shape: Shape): NodeId {
    if (isSame(this.shape(node), shape)) return node;
    return this.#once(['reshape', node, shape], () => this.add({ kind: 'reshape' }, [node], shape));
  }

  /**
   * Returns a node with the tensor's axes in the order given, each group of them as one axis.
   *
   * @param groups all axes but those of length 1, each once
   */
  lay({ node, layout }: GraphTensor, groups: readonly (readonly number[])[]): NodeId {
    const dims = dimsOf(layout);
    const wanted = groups.flat().flatMap((axis) => factorsOf(layout, axis));
    const moved = this.move(node, layout, wanted);
    return this.reshape(
      moved,
      groups.map((group) => product(group.map((axis) => dims[axis] ?? 1))),
    );
  }

  /** The tensor with its factors in the order given; its shape is some shape of them. */
  move(node: NodeId, layout: AxisLayout, wanted: readonly number[]): NodeId {
    const { memory } = layout;
    if (isSame(memory, wanted)) return node;
    if (wanted.length !== memory.length)
      throw new RangeError('A tensor has other factors than were asked for.');
    return this.#once(['move', node, layout, wanted], () => {
      // Neighbors that stay neighbors are moved as one.
      const runs: number[][] = [];
      for (const factor of wanted) {
        const run = runs.at(-1);
        const before = run?.at(-1);
        const follows = before !== undefined && memory[memory.indexOf(before) + 1] === factor;
        if (follows) run?.push(factor);
        else runs.push([factor]);
      }
      if (runs.length > MOST_MOVED) return this.#moveStepwise(node, layout, wanted, runs);
      const place = (run: readonly number[]): number => memory.indexOf(run[0] ?? -1);
      const inMemory = runs.toSorted((a, b) => place(a) - place(b));
      const source = this.reshape(
        node,
        inMemory.map((run) => sizeOfFactors(layout, run)),
      );
      const axes = runs.map((run) => inMemory.indexOf(run));
      return this.add(
        { kind: 'permute', axes },
        [source],
        runs.map((run) => sizeOfFactors(layout, run)),
      );
    });
  }

  /** As `move`, of more axes than are exchanged at a time: what comes first is put in its place, then the rest is moved. */
  #moveStepwise(
    node: NodeId,
    layout: AxisLayout,
    wanted: readonly number[],
    runs: readonly (readonly number[])[],
  ): NodeId {
    const { memory } = layout;
    const placed = wanted.slice(
      0,
      memory.findIndex((factor, i) => factor !== wanted[i]),
    );
    const next = runs.find(([factor = -1]) => factor === wanted[placed.length]) ?? [];
    const rest = memory.filter((factor) => !placed.includes(factor) && !next.includes(factor));
    const order = [...placed, ...next, ...rest];
    return this.move(this.move(node, layout, order), { ...layout, memory: order }, wanted);
  }

  /** The tensor with whole axes in some order, as a node whose axes they are; and their order. */
  asAxes(tensor: GraphTensor): GraphTensor & { readonly order: readonly number[] } {
    const order = this.preferredOrder(tensor.layout);
    const groups = order.map((axis) => [axis]);
    return { node: this.lay(tensor, groups), layout: layoutOf(dimsOf(tensor.layout), order), order };
  }

  transpose({ node, layout }: GraphTensor, perm: readonly number[]): GraphTensor {
    return { node, layout: transposed(layout, perm) };
  }

  /**
   * A reshape. The numbers are put in the file's order first where the new axes are no factors of the old ones, and
   * where a feature map's axis would lie in pieces: its channels have to be the file's.
   */
  reshapeTensor(tensor: GraphTensor, dims: Dims): GraphTensor {
    const lazy = reshaped(tensor.layout, dims);
    if (lazy) {
      const isVector = dims.filter((length) => length !== 1).length < 2;
      const whole = this.#grouped({ node: tensor.node, layout: lazy });
      if (isVector || axisOrder(lazy, this.channels)) return whole;
      // Axes stay where they begin in memory, each in one piece.
      const owners = axisOfFactors(lazy);
      const order = [...new Set(lazy.memory.map((factor) => owners[factor] ?? 0))];
      const node = this.lay(
        whole,
        order.map((axis) => [axis]),
      );
      return { node, layout: layoutOf(dims, order), unordered: whole };
    }
    const inOrder = this.lay(
      tensor,
      dimsOf(tensor.layout).map((_, axis) => [axis]),
    );
    const order = dims.map((_, axis) => axis).filter((axis) => axis > 0 || dims[0] !== 1);
    return {
      node: this.reshape(
        inOrder,
        order.map((axis) => dims[axis] ?? 1),
      ),
      layout: layoutOf(dims),
    };
  }

  /** The tensor as a node whose axes are those of the file, as far as they lie in one piece. */
  #grouped(tensor: GraphTensor): GraphTensor {
    const { node, layout } = tensor;
    const order = axisOrder(layout, this.channels);
    if (order)
      return {
        node: this.lay(
          tensor,
          order.map((axis) => [axis]),
        ),
        layout,
      };
    const owners = axisOfFactors(layout);
    const shape: number[] = [];
    layout.memory.forEach((factor, i) => {
      const isSameAxis = i > 0 && owners[factor] === owners[layout.memory[i - 1] ?? -1];
      const length = layout.factors[factor] ?? 1;
      if (isSameAxis) shape.push((shape.pop() ?? 1) * length);
      else shape.push(length);
    });
    return { node: this.reshape(node, shape), layout };
  }

  #once(key: unknown, make: () => NodeId): NodeId {
    const text = JSON.stringify(key);
    const known = this.#laid.get(text) ?? make();
    this.#laid.set(text, known);
    return known;
  }
}
